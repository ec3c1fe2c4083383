"""Addresses of a site with an admin of its own, and without those of this package."""

from django.contrib import admin
from django.urls import path

from demo_project.accounts.models import User
from demo_project.shop.models import Customer
from openflow_django.admin import FlowButtons, register

other = admin.AdminSite(name="backoffice")
register(other)


class CustomerAdmin(FlowButtons, admin.ModelAdmin):
    """Customers whose names begin with X are nobody's business."""

    def get_queryset(self, request):
        return super().get_queryset(request).exclude(name__startswith="X")


other.register(Customer, CustomerAdmin)
other.register(User)

urlpatterns = [path("back/", other.urls), path("admin/", admin.site.urls)]
