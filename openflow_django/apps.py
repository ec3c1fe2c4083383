"""The app config: label ``openflow``, registries filled and the watch started when Django is ready."""

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _

__all__ = ["OpenFlowConfig"]


class OpenFlowConfig(AppConfig):
    """``"openflow_django"`` in ``INSTALLED_APPS``."""

    name = "openflow_django"
    label = "openflow"
    verbose_name = _("OpenFlow")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        autodiscover_modules("openflow")
