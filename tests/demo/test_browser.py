import pytest

from demo_project.shop.demo.browser import BrowserError, Page

PAGE = """
<form id="search" action="/find"><input name="q" value="tea"></form>
<form id="order_form" method="post">
  <input type="hidden" name="csrfmiddlewaretoken" value="token">
  <select name="status"><option value="open">open</option><option value="paid" selected>paid</option></select>
  <select name="customer"><option value="">-</option><option value="1">Ada</option></select>
  <textarea name="notes">
first &amp; second
third</textarea>
  <input type="checkbox" name="gift" checked>
  <input type="checkbox" name="urgent">
  <input type="submit" name="_save" value="Save">
</form>
"""


@pytest.fixture
def page() -> Page:
    return Page(url="http://127.0.0.1/order/1/", text=PAGE)


def test_a_form_holds_what_a_submission_would_send(page):
    assert page.form("order_form").fields == {
        "csrfmiddlewaretoken": "token",
        "status": "paid",
        "customer": "",
        "notes": "first & second\nthird",
        "gift": "on",
    }


def test_forms_are_kept_apart(page):
    form = page.form("search")
    assert (form.action, form.fields) == ("/find", {"q": "tea"})


def test_a_missing_form_is_named_with_its_page(page):
    with pytest.raises(BrowserError, match=r"/order/1/ has no form with the id login-form"):
        page.form("login-form")
