"""Issues, hints and the error that carries them."""

from openflow_django.exceptions import OpenFlowError
from openflow_django.spec.issues import DocumentInvalid, Issue, Report, errors, nearest, pointer_token, quoted


def test_nearest_names_the_valid_spelling() -> None:
    assert nearest("Skript", ["script", "flow"]) == 'Did you mean "script"?'
    assert nearest("forloop", ["forloopflow", "whileloopflow"]) == 'Did you mean "forloopflow"?'
    assert nearest("zebra", ["script", "flow"]) == ""
    assert nearest("x" * 10_000, ["x" * 10_000]) == ""
    assert nearest("a", []) == ""


def test_quoted_is_short_and_printable() -> None:
    assert quoted("a") == '"a"'
    assert quoted("a\n\x1b") == '"a\ufffd\ufffd"'
    assert quoted("x" * 65) == f'"{"x" * 64}..."'


def test_pointer_token() -> None:
    assert pointer_token("a/b~c") == "a~1b~0c"


def test_a_report_stops_at_its_limit_and_says_so() -> None:
    report = Report(limit=2)
    for _ in range(2):
        report.warning("/x", "w", "W")
    assert report.is_full
    assert len(report.result()) == 2
    report.warning("/x", "w", "W")
    assert (report.result()[-1].code, report.result()[-1].severity) == ("too_many_issues", "warning")
    report.error("/x", "e", "E")
    assert report.result()[-1].severity == "error"
    assert "2 more" in report.result()[-1].message


def test_document_invalid_speaks_of_the_first_error() -> None:
    first = Issue("/a", code="w", message="Odd.", severity="warning")
    second = Issue("/b", code="e", message="Wrong.", hint="Try again.")
    error = DocumentInvalid([first, second, Issue("", code="e", message="Also wrong.")])
    assert isinstance(error, OpenFlowError)
    assert error.message == "Wrong. at /b (1 more)"
    assert error.hint == "Try again."
    assert [issue["code"] for issue in error.as_dict()["issues"]] == ["w", "e", "e"]
    assert errors(error.issues) == [second, error.issues[2]]
    assert DocumentInvalid([]).message
