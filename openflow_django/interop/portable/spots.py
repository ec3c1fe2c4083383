"""What the names of an expression stand for in plain OpenFlow, seen from the place of the expression."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final, Literal, TypeAlias

from openflow_django.interop.portable.doubts import may_be_handled
from openflow_django.interop.portable.facts import Facts, has_error_branch
from openflow_django.interop.portable.failures import bare, error_of
from openflow_django.interop.portable.names import Replacement
from openflow_django.interop.portable.texts import result_of
from openflow_django.spec.modules import Module, PathScript

__all__ = ["OPERATION", "Moment", "Origin", "Spot", "Warn"]

Warn: TypeAlias = Callable[[str, str], None]
"""Takes the code and the sentence of a warning about the step at hand."""

Moment: TypeAlias = Literal["before", "after", "success", "iteration", "retry"]
"""When an expression is computed: before its step runs, behind it, behind it if it succeeded, behind each
iteration of a loop, between two attempts."""

OPERATION: Final = "op/"
"""The paths of scripts that are operations of a site start with it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where a previous result comes from: a step, or what started the run where ``step_id`` is "".

    ``failed`` is the step it may be the failure of: our names show its error without the object around it.
    """

    step_id: str = ""
    failed: Module | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """One step in its list, and the moment.

    ``last``: what ``$last`` is before the step. ``is_next``: the origin is the step right before it, whose
    result ``previous_result`` is. ``caught``: the step whose error branch this one begins, None elsewhere.
    ``ran`` and ``failed``: ids of steps that surely did. ``loops``: the number of loops around, at most.
    """

    facts: Facts
    warn: Warn
    module: Module
    last: Origin = Origin()
    is_next: bool = False
    caught: Module | None = None
    ran: frozenset[str] = frozenset()
    failed: frozenset[str] = frozenset()
    loops: int = 0
    moment: Moment = "before"
    has_results: bool = True
    is_handler: bool = False

    def at(self, moment: Moment) -> "Spot":
        """The same step at another moment."""
        return replace(self, moment=moment)

    def blind(self) -> "Spot":
        """The same moment, for the few expressions that see no results."""
        return replace(self, has_results=False)

    def replacements(self) -> dict[str, Replacement]:
        """What takes the place of names in an expression."""
        names: dict[str, Replacement] = {
            "$trigger": self.trigger,
            "$last": lambda _: self.last_js(),
            "$accountability": lambda _: self.accountability(),
            "$env": lambda _: self.environment(),
        }
        if self.caught is not None and self.moment == "before":
            names["previous_result"] = names["result"] = lambda _: self.previous_js()
            names["error"] = lambda _: self.error_js()
        return names

    def trigger(self, member: str | None) -> str:
        """What started the run, of which ``member`` is read. In loops the input has more members than
        that."""
        if self.facts.has_preprocessor:
            self.warn("trigger", "Behind a preprocessor, $trigger becomes what that made of the event.")
        added = [f"iter{'_parent' * level}" for level in range(self.loops)]
        if not added or (member is not None and member not in added):
            return "flow_input"
        return f"(({{{', '.join(added)}, ...input}}) => input)(flow_input)"

    def last_js(self) -> str:
        """``$last``: the previous result, of a failed step its error alone."""
        if self.is_handler:
            return "previous_result"
        if self.moment in ("after", "success"):
            return self._own_js()
        if not self.last.step_id:
            return self.trigger(None)
        if self.moment == "retry":
            self.warn("last", "Between two attempts no result can be read: $last becomes null.")
            return "null"
        if self.is_next and self.moment == "before":
            return self._shown("previous_result", self.last.failed)
        return self._shown(result_of(self.last.step_id), self.last.failed)

    def _own_js(self) -> str:
        """The result of the step itself."""
        tolerates = self.module.continue_on_error and not has_error_branch(self.module)
        tolerates = tolerates and self.moment == "after"
        return self._shown("previous_result", self.module if tolerates else None)

    def _shown(self, value: str, failed: Module | None) -> str:
        """``value`` as our names show it, where it may be the failure of a step."""
        if failed is None:
            return value
        script = failed.value
        if isinstance(script, PathScript) and script.path.startswith(OPERATION):
            message = f'What the failure of "{failed.id}" tells beyond its error cannot be read elsewhere.'
            self.warn("operation_failure", message)
        if may_be_handled(failed, has_failure_module=self.facts.has_failure_module):
            message = (
                f'What the failure module makes of a failure in "{failed.id}" may be taken for an error.'
            )
            self.warn("failure_shape", message)
        return bare(value, failed, surely=failed.id in self.failed)

    def previous_js(self) -> str:
        """The previous result; at the start of an error branch, that of the step that failed."""
        if self.caught is not None and self.moment == "before":
            return result_of(self.caught.id)
        return "previous_result"

    def error_js(self) -> str:
        """The error that an expression sees."""
        if self.caught is not None and self.moment == "before":
            return error_of(self.caught)
        return "error"

    def accountability(self) -> str:
        """``$accountability``, which nothing corresponds to."""
        message = "Plain OpenFlow does not know who caused a run: $accountability becomes null."
        self.warn("accountability", message)
        return "null"

    def environment(self) -> str:
        """``$env``, for which the constants of the flow have to stand in."""
        self.warn("env", "$env becomes flow_env: give the values there.")
        return "flow_env"

    def step_js(self, step_id: str, *, is_whole: bool) -> str | None:
        """A step as a template shows it, None when there is nothing to read.

        ``is_whole`` tells that the result itself is wanted, not a member of it.
        """
        module = self.facts.modules[step_id]
        if not self.has_results:
            if step_id == self.module.id and not has_error_branch(module):
                return self._own_js()
            self.warn("results", f'The result of "{step_id}" cannot be read here: it becomes undefined.')
            return None
        if is_whole and step_id not in self.ran:
            self.warn("not_run", f'Where "{step_id}" has not run, it reads as null and not as undefined.')
        may_have_failed = self.is_handler or step_id in self.facts.tolerant
        return self._shown(result_of(step_id), module if may_have_failed else None)
