"""Which URLs are read, and that every ambiguous spelling is refused before anything is resolved."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openflow_django.operations.base import OperationError
from openflow_django.operations.http.targets import follow, parse


@pytest.mark.parametrize(
    ("url", "scheme", "host", "port", "path"),
    [
        ("http://example.com", "http", "example.com", 80, "/"),
        ("https://Example.COM/A?b=c#frag", "https", "example.com", 443, "/A?b=c"),
        ("HTTP://example.com:8080/", "http", "example.com", 8080, "/"),
        ("https://example.com:/x", "https", "example.com", 443, "/x"),
        ("https://example.com./x", "https", "example.com", 443, "/x"),
        ("https://example.com?q=1", "https", "example.com", 443, "/?q=1"),
        ("https://bücher.example/köln?stadt=köln", "https", "xn--bcher-kva.example", 443,
         "/k%C3%B6ln?stadt=k%C3%B6ln"),
        ("https://example.com/a%20b%2Fc", "https", "example.com", 443, "/a%20b%2Fc"),
        ("https://example.com/{x}|y", "https", "example.com", 443, "/%7Bx%7D%7Cy"),
        ("http://8.8.8.8/", "http", "8.8.8.8", 80, "/"),
        ("http://[2001:4860:4860::8888]:8080/", "http", "2001:4860:4860::8888", 8080, "/"),
        ("http://[2001:4860:0:0:0:0:0:1]/", "http", "2001:4860::1", 80, "/"),
        ("http://under_score.example/", "http", "under_score.example", 80, "/"),
        ("http://localhost/", "http", "localhost", 80, "/"),
    ],
)  # fmt: skip
def test_read(url, scheme, host, port, path):
    target = parse(url)
    assert (target.scheme, target.host, target.port, target.path) == (scheme, host, port, path)


@pytest.mark.parametrize(
    "host",
    [
        "2130706433",
        "0x7f000001",
        "0x7f.1",
        "0177.0.0.1",
        "0177.0.0.0x1",
        "127.1",
        "127.0.1",
        "0",
        "0x",
        "127.0.0.1.1",
        "127.0.0.01",
        "127.0.0.256",
        "1.2.3",
        "example.1",
        "example.0x10",
        "08.8.8.8",
        "127.0.0.1..",
        "①②⑦.⓪.⓪",
    ],
)
def test_other_spellings_of_numbers_are_refused(host):
    with pytest.raises(OperationError) as raised:
        parse(f"http://{host}/")
    assert raised.value.code == "http_url_refused"


@pytest.mark.parametrize(
    "host",
    ["①②⑦.⓪.⓪.①", "\uff11\uff12\uff17\uff0e\uff10\uff0e\uff10\uff0e\uff11", "127。0。0。1", "127.0.0.1."],
)
def test_other_digits_and_dots_come_out_as_the_address_they_mean(host):
    assert str(parse(f"http://{host}/").address) == "127.0.0.1"


@pytest.mark.parametrize("host", ["ⓛⓞⓒⓐⓛⓗⓞⓢⓣ", "LOCALHOST", "localhost.", "local\u00adhost"])
def test_other_letters_come_out_as_the_name_they_mean(host):
    assert parse(f"http://{host}/").host == "localhost"


@pytest.mark.parametrize(
    "url",
    [
        "",
        "example.com",
        "//example.com/",
        "/path",
        "ftp://example.com/",
        "file:///etc/passwd",
        "gopher://example.com/",
        "unix:///var/run/docker.sock",
        "http+unix://%2Fvar%2Frun%2Fdocker.sock/",
        "javascript:alert(1)",
        "http:example.com",
        "http:///path",
        "http://",
        "http://user@example.com/",
        "http://user:secret@example.com/",
        "http://example.com@127.0.0.1/",
        "http://example.com:80@127.0.0.1/",
        "http://@example.com/",
        "http://example.com\\@127.0.0.1/",
        "http://example.com/a\\b",
        "http://exam ple.com/",
        " http://example.com/",
        "http://example.com/\r\nHost: x",
        "http://example.com/\nx",
        "http://example.com/\x00",
        "http://example.com/\tx",
        "http://exa\u200bmple.com/",
        "http://exa%6dple.com/",
        "http://127.0.0.1%2f@example.com/",
        "http://[::1",
        "http://[::1]x/",
        "http://[fe80::1%25eth0]/",
        "http://[fe80::1%eth0]/",
        "http://[v1.x]/",
        "http://[127.0.0.1]/",
        "http://::1/",
        "http://example.com:http/",
        "http://example.com:0/",
        "http://example.com:65536/",
        "http://example.com:-1/",
        "http://example.com:\uff18\uff10/",
        "http://example.com:80:80/",
        "http://exa..mple.com/",
        "http://.example.com/",
        "http://-example.com/",
        "http://exam$ple.com/",
        "http://exam\uff20ple.com/",
        "http://exam\uff0fple.com/",
        "http://exam\uff1fple.com/",
        f"http://{'a' * 64}.example/",
        f"http://{'a.' * 130}example/",
        "http://example.com/" + "a" * 8192,
    ],
)
def test_refused(url):
    with pytest.raises(OperationError) as raised:
        parse(url)
    assert raised.value.code == "http_url_refused"


def test_a_refusal_never_repeats_the_url():
    with pytest.raises(OperationError) as raised:
        parse("http://user:hunter2@example.com/?token=hunter2")
    assert "hunter2" not in raised.value.message


@given(st.text(max_size=60))
def test_nothing_but_a_target_or_a_refusal_comes_of_any_text(text):
    for url in (text, f"http://{text}/", f"http://[{text}]/", f"http://example.com{text}"):
        try:
            target = parse(url)
        except OperationError:
            continue
        assert target.host.isascii()
        assert target.path.isascii()
        assert not any(character in target.path for character in "\r\n\0 #")


@pytest.mark.parametrize(
    ("url", "authority"),
    [
        ("http://example.com:80/", "example.com"),
        ("https://example.com/", "example.com"),
        ("https://example.com:80/", "example.com:80"),
        ("http://[2001:4860::1]:81/", "[2001:4860::1]:81"),
    ],
)
def test_the_host_header(url, authority):
    assert parse(url).authority == authority


@pytest.mark.parametrize(
    ("location", "url"),
    [
        ("/next", "https://example.com/next"),
        ("next?x=1", "https://example.com/a/next?x=1"),
        ("//other.example/x", "https://other.example/x"),
        ("http://127.0.0.1:81/", "http://127.0.0.1:81/"),
    ],
)
def test_where_a_location_leads(location, url):
    assert follow(parse("https://example.com/a/b"), location=location).url == url
