"""Middleware that lets events know who made the request. Optional: without it ``$accountability`` is null."""

from collections.abc import Callable
from functools import partial
from typing import Any, TypeAlias

from asgiref.sync import iscoroutinefunction
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.decorators import sync_and_async_middleware

from openflow_django.accountability import acting, of_request

__all__ = ["accountability_middleware"]

GetResponse: TypeAlias = Callable[[HttpRequest], Any]
"""The rest of the request cycle: gives a response, or an awaitable of one."""


@sync_and_async_middleware
def accountability_middleware(get_response: GetResponse) -> GetResponse:
    """Put it after ``AuthenticationMiddleware``. It adds no query to a request that records no event."""
    if iscoroutinefunction(get_response):

        async def answer_async(request: HttpRequest) -> HttpResponseBase:
            with acting(partial(of_request, request)):
                return await get_response(request)

        return answer_async

    def answer(request: HttpRequest) -> HttpResponseBase:
        with acting(partial(of_request, request)):
            return get_response(request)

    return answer
