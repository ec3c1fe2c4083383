"""Addresses of the app: ``path("openflow/", include("openflow_django.urls"))``."""

from django.urls import path

from openflow_django.approvals.views import approval
from openflow_django.health import health

__all__ = ["app_name", "urlpatterns"]

app_name = "openflow"

urlpatterns = [
    path("health/", health, name="health"),
    path("approve/<str:token>/", approval, name="approval"),
]
