"""The address of the site is the beginning of links: scheme, host, port, nothing else."""

import pytest

from openflow_django.checks import check_site_url


@pytest.mark.parametrize(
    "url",
    [
        "",
        "https://shop.example.com",
        "https://shop.example.com/",
        "http://localhost:8000",
        "http://[::1]:8000",
    ],
)
def test_what_may_stand_before_a_path(settings, url):
    settings.OPENFLOW = {"SITE_URL": url}
    assert check_site_url(app_configs=None) == []


@pytest.mark.parametrize(
    "url",
    [
        "shop.example.com",
        "//shop.example.com",
        "https://",
        "https:///openflow",
        "https://shop.example.com/openflow",
        "https://shop.example.com?x=1",
        "https://shop.example.com#top",
        "https://kim:secret@shop.example.com",
        "https://shop.example.com:port",
        "https://[::1",
        "ftp://shop.example.com",
        "javascript:alert(1)",
    ],
)
def test_what_may_not(settings, url):
    settings.OPENFLOW = {"SITE_URL": url}
    (message,) = check_site_url(app_configs=None)
    assert message.id == "openflow.E006"
    assert message.hint


def test_another_type_is_told_by_the_check_of_values(settings):
    settings.OPENFLOW = {"SITE_URL": 5}
    assert check_site_url(app_configs=None) == []
