from django.urls import path

from demo_project.shop.views import flaky_courier, front_page, receive_notice

__all__ = ["app_name", "urlpatterns"]

app_name = "shop"

urlpatterns = [
    path("", front_page, name="front-page"),
    path("demo/notices/", receive_notice, name="notices"),
    path("demo/courier/", flaky_courier, name="courier"),
]
