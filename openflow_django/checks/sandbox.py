"""The layers that protect a machine from scripts: told, and warned of where they are missing, with
``--deploy``."""

import os
from typing import Any

from django.core import checks

from openflow_django.conf import settings
from openflow_django.exceptions import OpenFlowError
from openflow_django.sandbox.evaluator import Evaluator
from openflow_django.sandbox.python import PythonRunner

__all__ = ["check_layers", "check_python_user"]

EXPECTED = ("rlimits", "landlock", "seccomp")


@checks.register("openflow", checks.Tags.security, deploy=True)
def check_layers(app_configs: Any, **_: Any) -> list[checks.CheckMessage]:
    """I050: what took effect, by sandbox. W050: a layer that did not. E050: a sandbox that does not start."""
    found = _told("JavaScript", Evaluator())
    if "python3" in settings.SCRIPT_LANGUAGES:
        found += _told("Python", PythonRunner())
    return found


@checks.register("openflow", checks.Tags.security, deploy=True)
def check_python_user(app_configs: Any, **_: Any) -> list[checks.CheckMessage]:
    """W051: scripts of flow authors run as root."""
    if "python3" not in settings.SCRIPT_LANGUAGES or os.geteuid() != 0:
        return []
    return [
        checks.Warning(
            "Python scripts would run as root.",
            hint="Run the worker under an account of its own, with limited access to the network.",
            id="openflow.W051",
        )
    ]


def _told(name: str, sandbox: Evaluator | PythonRunner) -> list[checks.CheckMessage]:
    try:
        layers = sandbox.layers()
    except OpenFlowError as error:
        text = f"The {name} sandbox does not start: {error.message}"
        return [checks.Error(text, hint=error.hint or None, id="openflow.E050")]
    finally:
        sandbox.close()
    told = ", ".join(f"{layer} {state}" for layer, state in layers.items())
    messages: list[checks.CheckMessage] = [
        checks.Info(f"The {name} sandbox is protected by: {told}.", id="openflow.I050")
    ]
    missing = [layer for layer in EXPECTED if not layers.get(layer, "").startswith("on")]
    if missing:
        messages.append(
            checks.Warning(
                f"The {name} sandbox lacks: {', '.join(missing)}.",
                hint="Use a current Linux kernel, or a container or virtual machine for the worker.",
                id="openflow.W050",
            )
        )
    return messages
