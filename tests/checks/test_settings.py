"""Checks of the setting itself."""

import pytest

from openflow_django import checks, conf


def found(check):
    return [(message.id, message.msg, message.hint) for message in check(app_configs=None)]


def ids(check):
    return [message.id for message in check(app_configs=None)]


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"LEASE_S": 5},
        {"LEASE_S": 0.5},
        {"RUN_TIMEOUT_S": None},
        {"RETENTION_DAYS": 7, "RETENTION_RUNS": None},
        {"ENV_ALLOW_LIST": ["A"], "SCRIPT_LANGUAGES": ("bun", "python3")},
        {"SCRIPT_LIMITS": {"wall_s": 3}},
        {"HTTP_GUARD": False, "QUEUE": "immediate"},
        {"FLUSH_MS": 0},
        {"SENSITIVE_ALLOWED": ["shop.card"]},
    ],
)
def test_what_is_right_is_left_alone(settings, given):
    settings.OPENFLOW = given
    for check in (checks.check_keys, checks.check_values, checks.check_limits, checks.check_languages):
        assert ids(check) == []


def test_the_suite_and_the_defaults_are_right(settings):
    del settings.OPENFLOW
    assert ids(checks.check_keys) == ids(checks.check_values) == []


def test_an_unknown_key_names_the_nearest(settings):
    settings.OPENFLOW = {"LEASES": 5, "RETENTION_DAY": 3, "completely_different": 1}
    assert found(checks.check_keys) == [
        ("openflow.E001", "OPENFLOW has no key 'LEASES'.", 'Did you mean "LEASE_S"?'),
        ("openflow.E001", "OPENFLOW has no key 'RETENTION_DAY'.", 'Did you mean "RETENTION_DAYS"?'),
        (
            "openflow.E001",
            "OPENFLOW has no key 'completely_different'.",
            "See docs/reference/settings.md for the keys there are.",
        ),
    ]


def test_the_case_of_a_key_counts(settings):
    settings.OPENFLOW = {"lease_s": 5}
    assert [hint for _, _, hint in found(checks.check_keys)] == ['Did you mean "LEASE_S"?']


@pytest.mark.parametrize("nonsense", [None, [], "LEASE_S", 7])
def test_a_setting_that_is_no_dict(settings, nonsense):
    settings.OPENFLOW = nonsense
    assert ids(checks.check_keys) == ["openflow.E002"]
    assert ids(checks.check_values) == []


@pytest.mark.parametrize(
    "given",
    [
        {"LEASE_S": "30"},
        {"LEASE_S": None},
        {"LEASE_S": -1},
        {"FLUSH_ROWS": 1.5},
        {"FLUSH_ROWS": True},
        {"HTTP_GUARD": 1},
        {"ENV_ALLOW_LIST": "PATH"},
        {"RETENTION_DAYS": "30"},
        {"SCRIPT_LIMITS": []},
        {"QUEUE": None},
        {"SENSITIVE_FIELDS": "password"},
    ],
)
def test_values_of_the_wrong_kind(settings, given):
    settings.OPENFLOW = given
    ((id, message, hint),) = found(checks.check_values)
    assert id == "openflow.E003"
    assert next(iter(given)) in message
    assert hint


def test_every_key_has_a_type_the_check_knows(settings):
    class Strange:
        pass

    settings.OPENFLOW = dict.fromkeys(conf.keys(), Strange())
    assert len(ids(checks.check_values)) == len(conf.keys())


def test_limits_that_do_not_exist(settings):
    settings.OPENFLOW = {"EXPRESSION_LIMITS": {"wall": 1}, "SCRIPT_LIMITS": {"cpu_s": 1, "zzz": 2}}
    assert next((id, hint) for id, _, hint in found(checks.check_limits)) == (
        "openflow.E004",
        'Did you mean "wall_s"?',
    )
    assert ids(checks.check_limits) == ["openflow.E004"] * 2


def test_languages_without_a_runner(settings):
    settings.OPENFLOW = {"SCRIPT_LANGUAGES": ["bun", "cobol"]}
    ((id, message, hint),) = found(checks.check_languages)
    assert id == "openflow.E005"
    assert "'cobol'" in message
    assert "python3" in str(hint)


def test_a_key_written_as_a_text_is_not_told(settings):
    settings.OPENFLOW = {"SECRET_KEYS": "a-key-that-is-no-list"}
    (message,) = checks.check_values(app_configs=None)
    assert message.id == "openflow.E003"
    assert "a-key-that" not in message.msg
