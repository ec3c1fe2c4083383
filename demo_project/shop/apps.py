from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

__all__ = ["ShopConfig"]


class ShopConfig(AppConfig):
    name = "demo_project.shop"
    label = "shop"
    verbose_name = _("Shop")
