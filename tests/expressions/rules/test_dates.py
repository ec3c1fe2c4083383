"""Dates as JavaScript and Directus read, shift and take them apart."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openflow_django.expressions.rules.dates import (
    PARTS,
    from_milliseconds,
    iso_text,
    parse_date,
    parse_iso,
    shifted,
    to_milliseconds,
)

BERLIN = ZoneInfo("Europe/Berlin")


def shown(moment):
    return None if moment is None else iso_text(moment)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2024", "2024-01-01T00:00:00.000Z"),
        ("2024-05", "2024-05-01T00:00:00.000Z"),
        ("2024-05-06", "2024-05-06T00:00:00.000Z"),
        ("2024-05-06T10:00", "2024-05-06T08:00:00.000Z"),
        ("2024-05-06T10:00:00.1239", "2024-05-06T08:00:00.123Z"),
        ("2024-05-06T10:00:00Z", "2024-05-06T10:00:00.000Z"),
        ("2024-05-06t10:00:00z", "2024-05-06T10:00:00.000Z"),
        ("2024-05-06T10:00:00+02:00", "2024-05-06T08:00:00.000Z"),
        ("2024-05-06T24:00:00Z", "2024-05-07T00:00:00.000Z"),
        ("2024-02-31", "2024-03-02T00:00:00.000Z"),
        ("2024-05-06 10:00:00", "2024-05-06T08:00:00.000Z"),
        ("2024-05-06 10:00:00 +0200", "2024-05-06T08:00:00.000Z"),
        ("2024/5/6", "2024-05-05T22:00:00.000Z"),
        ("5/6/2024 3:04 PM", "2024-05-06T13:04:00.000Z"),
        ("12/31/2024 12:00 AM", "2024-12-30T23:00:00.000Z"),
        ("May 6, 2024", "2024-05-05T22:00:00.000Z"),
        ("6 May 2024 10:00:00 GMT", "2024-05-06T10:00:00.000Z"),
        ("Mon, 06 May 2024 10:00:00 GMT", "2024-05-06T10:00:00.000Z"),
        ("Mon May 06 2024 10:00:00 GMT+0200 (CEST)", "2024-05-06T08:00:00.000Z"),
        ("2024-13-01", None),
        ("2024-05-06T25:00:00Z", None),
        ("2024-05-06T10:60:00Z", None),
        ("12/31/2024 13:00 PM", None),
        ("6 Foo 2024", None),
        ("tomorrow", None),
        ("10:00", None),
        ("", None),
    ],
)
def test_dates_as_javascript_reads_them(text, moment):
    assert shown(parse_date(text, zone=BERLIN)) == moment


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2024", "2023-12-31T23:00:00.000Z"),
        ("2024-05", "2024-04-30T22:00:00.000Z"),
        ("2024-05-06", "2024-05-05T22:00:00.000Z"),
        ("20240506", "2024-05-05T22:00:00.000Z"),
        ("2024-127", "2024-05-05T22:00:00.000Z"),
        ("2024-W19-1", "2024-05-05T22:00:00.000Z"),
        ("2024-05-06T10", "2024-05-06T08:00:00.000Z"),
        ("2024-05-06T1030", "2024-05-06T08:30:00.000Z"),
        ("2024-05-06T10:30:15,5Z", "2024-05-06T10:30:15.500Z"),
        ("2024-05-06 10:30+02", "2024-05-06T08:30:00.000Z"),
        ("2024-05-06T10:30:00-05:30", "2024-05-06T16:00:00.000Z"),
        ("2024-02-30", None),
        ("2024-05-06T25:00", None),
        ("2024-05-06T", "2024-05-05T22:00:00.000Z"),
        ("5/6/2024", None),
        ("soon", None),
    ],
)
def test_iso_dates(text, moment):
    assert shown(parse_iso(text, zone=BERLIN)) == moment


@pytest.mark.parametrize(
    ("by", "moment"),
    [
        ("-7 days", "2024-02-22T12:00:00.000Z"),
        ("+1 month", "2024-03-29T12:00:00.000Z"),
        ("-1y", "2023-02-28T12:00:00.000Z"),
        ("1 year", "2025-02-28T12:00:00.000Z"),
        ("-3mo", "2023-11-29T12:00:00.000Z"),
        ("2 weeks", "2024-03-14T12:00:00.000Z"),
        ("1.5 days", "2024-03-01T12:00:00.000Z"),
        ("1.5h", "2024-02-29T13:30:00.000Z"),
        ("-90 Mins", "2024-02-29T10:30:00.000Z"),
        ("10s", "2024-02-29T12:00:10.000Z"),
        ("250ms", "2024-02-29T12:00:00.250Z"),
        ("3", "2024-03-03T12:00:00.000Z"),
        ("--3d", "2024-03-03T12:00:00.000Z"),
        ("3 fortnights", None),
        ("days", None),
        ("", None),
        ("1  2", None),
    ],
)
def test_shifts(by, moment):
    assert shown(shifted(datetime(2024, 2, 29, 12, tzinfo=UTC), by)) == moment


def test_days_are_those_of_the_zone():
    before_summer = datetime(2024, 3, 30, 11, tzinfo=UTC)
    assert shown(shifted(before_summer, "1 day", zone=BERLIN)) == "2024-03-31T10:00:00.000Z"
    assert shown(shifted(before_summer, "24 hours", zone=BERLIN)) == "2024-03-31T11:00:00.000Z"


def test_the_end_of_the_calendar():
    last = datetime(9999, 11, 30, tzinfo=UTC)
    assert shown(shifted(last, "1 month")) == "9999-12-30T00:00:00.000Z"
    for by in ("1 year", "2 months", "400 days", "-10000 years", "99999999999 days"):
        with pytest.raises(OverflowError):
            shifted(last, by)
    assert from_milliseconds(1e18) is None
    assert from_milliseconds(float("1e300")) is None


def test_parts_in_a_zone():
    moment = datetime(2024, 12, 31, 23, 30, 15, tzinfo=UTC)
    parts = {name: part(moment, BERLIN) for name, part in PARTS.items()}
    assert parts == {
        "year": 2024,
        "month": 12,
        "week": 1,
        "day": 1,
        "weekday": 3,
        "hour": 23,
        "minute": 30,
        "second": 15,
    }


@pytest.mark.parametrize(
    ("day", "week"),
    [
        ((2024, 1, 1), 1),
        ((2023, 12, 31), 1),
        ((2023, 12, 30), 52),
        ((2024, 1, 7), 2),
        ((2022, 1, 1), 1),
        ((9999, 12, 31), 53),
    ],
)
def test_weeks_start_on_sunday(day, week):
    assert PARTS["week"](datetime(*day, tzinfo=UTC), UTC) == week


@given(st.integers(-62_135_000_000_000, 253_402_000_000_000).map(from_milliseconds))
def test_iso_text_is_read_back(moment):
    assert parse_date(iso_text(moment)) == moment
    assert parse_iso(iso_text(moment), zone=BERLIN) == moment
    assert from_milliseconds(to_milliseconds(moment)) == moment


@given(st.dates(min_value=date(1900, 1, 1), max_value=date(2200, 1, 1)))
def test_weeks_change_on_sundays_and_new_year_only(day):
    def week(of):
        return PARTS["week"](datetime(of.year, of.month, of.day, tzinfo=UTC), UTC)

    following = day + timedelta(days=1)
    if following.isoweekday() != 7:
        assert week(following) == week(day)
    else:
        assert week(following) in {week(day) + 1, 1}


@given(st.text(alphabet="0123456789-:TZ+. /", max_size=20))
def test_any_text_is_a_date_or_none(text):
    for read in (parse_date, parse_iso):
        moment = read(text, zone=BERLIN)
        assert moment is None or moment.tzinfo is not None
