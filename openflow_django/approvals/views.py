"""The page behind a link. GET and HEAD show it; only POST answers, and only with the token of its own
form."""

from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.http import require_http_methods

from openflow_django.approvals.answer_form import AnswerForm
from openflow_django.approvals.headers import STYLES, protected
from openflow_django.models import Wait
from openflow_django.permissions import NotPermitted, User
from openflow_django.services import approvals
from openflow_django.services.approvals import AnswerRefused, Link
from openflow_django.services.promised_waits import module_at

__all__ = ["approval"]


@protected
@require_http_methods(["GET", "HEAD", "POST"])
@csrf_protect
def approval(request: HttpRequest, token: str) -> HttpResponse:
    """Ask on GET, answer on POST. All links with which nothing can be done give the same page."""
    user = _user(request)
    try:
        link = approvals.read_link(token)
        wait = approvals.wait_behind(link, user=user)
        refusal = approvals.may_answer(wait, user=user, link=link)
        if refusal is not None:
            return _closed(request, wait, refusal)
        if request.method == "POST":
            return _answer(request, wait, link)
        return _ask(request, AnswerForm(wait), link)
    except AnswerRefused:
        return _page(request, "gone", status=410)


def _answer(request: HttpRequest, wait: Wait, link: Link) -> HttpResponse:
    form = AnswerForm(wait, data=request.POST, files=request.FILES)
    if not form.is_valid():
        return _ask(request, form, link)
    try:
        given = form.give(user=_user(request), link=link)
    except NotPermitted as error:
        return _closed(request, wait, error.message)
    if given is None:
        return _ask(request, form, link)
    missing = wait.required - approvals.approvals_so_far(wait) if given.approved else 0
    return _page(request, "done", **_asked(wait), answer=given, missing=max(missing, 0))


def _ask(request: HttpRequest, form: AnswerForm, link: Link) -> HttpResponse:
    wait, user = form.wait, _user(request)
    name = user.get_username() if user is not None and user.is_authenticated else link.approver
    given = approvals.approvals_so_far(wait)
    return _page(request, "ask", **_asked(wait), form=form, answers_as=name, given=given)


def _closed(request: HttpRequest, wait: Wait, reason: str) -> HttpResponse:
    """Somebody else could answer, or the same person later or signed in."""
    user = _user(request)
    is_early, is_known = wait.pk is None, user is not None and user.is_authenticated
    if is_early or is_known:
        return _page(request, "closed", status=409 if is_early else 403, reason=reason)
    login = redirect_to_login(request.get_full_path())
    if request.method != "POST":
        return login
    return _page(request, "closed", status=403, reason=reason, login_url=login.url)


def _asked(wait: Wait) -> dict[str, Any]:
    """What the page tells of the run: what its author wrote for people, and who started it."""
    module = module_at(wait.run, wait.path)
    return {"wait": wait, "flow": wait.run.flow, "step": (module and module.summary) or wait.step_id}


def _page(request: HttpRequest, name: str, *, status: int = 200, **context: Any) -> HttpResponse:
    return render(request, f"openflow/approval/{name}.html", {"styles": STYLES, **context}, status=status)


def _user(request: HttpRequest) -> User | None:
    return getattr(request, "user", None)
