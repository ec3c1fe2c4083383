"""Pages that save: one that succeeds, one that fails after saving, one that is a coroutine."""

from django.http import HttpRequest, HttpResponse
from django.urls import path

from tests.triggers.lab.models import Order


def pay(request: HttpRequest, pk: int) -> HttpResponse:
    order = Order.objects.get(pk=pk)
    order.status = Order.Status.PAID
    order.save()
    return HttpResponse("paid")


def pay_and_fail(request: HttpRequest, pk: int) -> HttpResponse:
    pay(request, pk)
    raise RuntimeError("after the save")


async def pay_async(request: HttpRequest, pk: int) -> HttpResponse:
    order = await Order.objects.aget(pk=pk)
    order.status = Order.Status.PAID
    await order.asave()
    return HttpResponse("paid")


urlpatterns = [
    path("pay/<int:pk>/", pay),
    path("fail/<int:pk>/", pay_and_fail),
    path("async/<int:pk>/", pay_async),
]
