"""The app config: label ``openflow``; registries are filled and the watch is started when Django is ready."""

from importlib import import_module

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _

__all__ = ["OpenFlowConfig"]

BUILT_IN = (
    "operations",
    "triggers",
    "queues",
    "checks",
    "services.events",
    "services.retention",
    "worker.logs",
)
"""Rooms that register something when they are imported, which they can be only once the models are there."""


class OpenFlowConfig(AppConfig):
    """``"openflow_django"`` in ``INSTALLED_APPS``."""

    name = "openflow_django"
    label = "openflow"
    verbose_name = _("OpenFlow")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register what this package brings, then what other apps have in a module named ``openflow``."""
        for room in BUILT_IN:
            import_module(f"{self.name}.{room}")
        autodiscover_modules("openflow")
        import_module(f"{self.name}.services.watch").start()
