"""Middleware that lets events know who made the request. Optional: without it ``$accountability`` is null."""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import cast

from asgiref.sync import iscoroutinefunction
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.decorators import sync_and_async_middleware

from openflow_django.accountability import acting, of_request

__all__ = ["accountability_middleware"]

Response = HttpResponseBase
GetResponse = Callable[[HttpRequest], Response] | Callable[[HttpRequest], Awaitable[Response]]


@sync_and_async_middleware
def accountability_middleware(get_response: GetResponse) -> GetResponse:
    """Put it after ``AuthenticationMiddleware``. It adds no query to a request that records no event."""
    if iscoroutinefunction(get_response):
        get_async = cast(Callable[[HttpRequest], Awaitable[Response]], get_response)

        async def answer_async(request: HttpRequest) -> Response:
            with acting(partial(of_request, request)):
                return await get_async(request)

        return answer_async
    get_sync = cast(Callable[[HttpRequest], Response], get_response)

    def answer(request: HttpRequest) -> Response:
        with acting(partial(of_request, request)):
            return get_sync(request)

    return answer
