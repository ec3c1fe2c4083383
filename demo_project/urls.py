"""URLs of the demo site. One ``path()`` is the package's; its admin pages need none."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("admin/", admin.site.urls),
    path("openflow/", include("openflow_django.urls")),
    path("", include("demo_project.shop.urls")),
]
