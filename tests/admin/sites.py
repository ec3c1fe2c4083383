"""Addresses of a site with an admin of its own, and without those of this package."""

from django.contrib import admin
from django.urls import path

from openflow_django.admin import register

other = admin.AdminSite(name="backoffice")
register(other)

urlpatterns = [path("back/", other.urls), path("admin/", admin.site.urls)]
