"""Who is behind an event: users, requests, middleware sync and async."""

import pytest
from asgiref.sync import async_to_sync
from django.contrib.auth.models import AnonymousUser, Group
from django.http import HttpResponse
from django.test import RequestFactory

from openflow_django.accountability import acting, current, of_request, of_user
from openflow_django.middleware import accountability_middleware


@pytest.fixture
def user(django_user_model):
    user = django_user_model.objects.create(username="ann", is_staff=True)
    user.groups.set([Group.objects.create(name="shop"), Group.objects.create(name="back office")])
    return user


def test_a_user(user):
    assert of_user(user) == {
        "user": str(user.pk),
        "username": "ann",
        "is_superuser": False,
        "is_staff": True,
        "groups": ["back office", "shop"],
        "role": "back office",
        "roles": ["back office", "shop"],
        "admin": False,
        "app": True,
    }


@pytest.mark.parametrize("nobody", [None, AnonymousUser()])
def test_nobody(nobody):
    told = of_user(nobody)
    assert (told["user"], told["username"], told["role"], told["groups"]) == (None, None, None, [])
    assert (told["admin"], told["app"]) == (False, False)


def test_a_request_adds_where_it_came_from(user):
    request = RequestFactory().get("/", headers={"User-Agent": "curl", "Origin": "https://a.example"})
    request.user = user
    told = of_request(request)
    assert told["user"] == str(user.pk)
    assert (told["ip"], told["user_agent"], told["origin"]) == ("127.0.0.1", "curl", "https://a.example")


def test_forwarded_headers_are_not_believed():
    request = RequestFactory().get("/", headers={"X-Forwarded-For": "8.8.8.8"})
    assert of_request(request)["ip"] == "127.0.0.1"


def test_a_request_without_session_middleware_has_nobody():
    assert of_request(RequestFactory().get("/"))["user"] is None


def test_it_is_built_only_when_asked():
    asked = []
    with acting(lambda: asked.append(1) or {"user": "1"}):
        assert asked == []
        assert current() == {"user": "1"}
    assert asked == [1]
    assert current() is None


def test_the_inner_one_counts():
    with acting(lambda: {"user": "outer"}):
        with acting(lambda: None):
            assert current() is None
        assert current() == {"user": "outer"}


def test_middleware_knows_the_user_during_the_request_only(user, django_assert_num_queries):
    seen = []

    def view(request):
        seen.append(current())
        return HttpResponse()

    request = RequestFactory().get("/")
    request.user = user
    assert accountability_middleware(view)(request).status_code == 200
    assert seen[0]["username"] == "ann"
    assert current() is None


def test_middleware_costs_nothing_when_nobody_asks(user, django_assert_num_queries):
    middleware = accountability_middleware(lambda request: HttpResponse())
    request = RequestFactory().get("/")
    request.user = user
    with django_assert_num_queries(0):
        middleware(request)


def test_middleware_forgets_after_an_error():
    def view(request):
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        accountability_middleware(view)(RequestFactory().get("/"))
    assert current() is None


def test_async_middleware():
    seen = []

    async def view(request):
        seen.append(current())
        return HttpResponse()

    response = async_to_sync(accountability_middleware(view))(RequestFactory().get("/"))
    assert response.status_code == 200
    assert seen[0]["ip"] == "127.0.0.1"
    assert current() is None
