from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

__all__ = ["AccountsConfig"]


class AccountsConfig(AppConfig):
    name = "demo_project.accounts"
    label = "accounts"
    verbose_name = _("Accounts")
