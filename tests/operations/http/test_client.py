"""The guarded client against a real server: what is sent, where requests may go, no side doors."""

import pytest

from openflow_django.operations.http import Policy
from tests.operations.http.fetching import OK, Names, get, refused
from tests.operations.http.server import answering, serving


def test_a_request_and_its_answer():
    with serving(OK) as server:
        response = get(f"{server.url}/a?b=c", method="POST", headers=(("X-One", "1"),), body=b"hello")
    assert (response.status, response.reason, response.body) == (200, "OK", b"fine")
    assert ("content-type", "text/plain") in response.headers
    [request] = server.received
    assert (request.method, request.path, request.body) == ("POST", "/a?b=c", b"hello")
    assert request.headers["host"] == f"127.0.0.1:{server.port}"
    assert request.headers["x-one"] == "1"
    assert request.headers["content-length"] == "5"
    assert request.headers["user-agent"].startswith("openflow-django/")


def test_the_name_goes_into_the_host_header_and_the_judged_address_is_called():
    names = Names(shop_example=[["127.0.0.1"]])
    with serving(OK) as server:
        get(f"http://shop.example:{server.port}/", resolver=names)
    assert server.received[0].headers["host"] == f"shop.example:{server.port}"


# Where requests may go


def test_without_permission_of_the_site_nothing_on_this_machine_is_called():
    with serving(OK) as server:
        for host in ("127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "127.0.0.2", "0.0.0.0"):
            assert refused(f"http://{host}:{server.port}/", policy=Policy()) == "http_destination_refused"
    assert server.accepted == 0


def test_one_refused_address_among_good_ones_refuses_the_name():
    names = Names(mixed_example=[["8.8.8.8", "2001:4860:4860::8888", "10.0.0.1"]])
    assert refused("http://mixed.example/", policy=Policy(), resolver=names) == "http_destination_refused"


def test_a_name_that_changes_its_address_after_it_was_judged_gains_nothing():
    names = Names(rebind_example=[["127.0.0.1"], ["169.254.169.254"], ["10.0.0.1"]])
    with serving(OK) as server:
        assert get(f"http://rebind.example:{server.port}/", resolver=names).status == 200
        assert names.asked == ["rebind.example"]
        code = refused(f"http://rebind.example:{server.port}/", resolver=names)
    assert code == "http_destination_refused"
    assert server.accepted == 1


def test_an_address_of_this_host_is_refused_whatever_its_range():
    names = Names(self_example=[["8.8.8.8"]])
    policy = Policy(own=lambda address: str(address) == "8.8.8.8")
    assert refused("http://self.example/", policy=policy, resolver=names) == "http_destination_refused"


@pytest.mark.parametrize("entry", ["{host}", "{host}:{port}", "*.example"])
def test_hosts_named_by_the_site_are_called_wherever_they_are(entry):
    names = Names(shop_example=[["127.0.0.1"]])
    with serving(OK) as server:
        policy = Policy(hosts=frozenset({entry.format(host="shop.example", port=server.port)}))
        assert get(f"http://shop.example:{server.port}/", policy=policy, resolver=names).status == 200


@pytest.mark.parametrize(
    ("entry", "host"),
    [
        ("shop.example:1", "shop.example"),
        ("*.shop.example", "shop.example"),
        ("*.example", "badexample"),
        ("hop.example", "shop.example"),
        ("*.0.0.1", "127.0.0.1"),
    ],
)
def test_only_exactly_named_hosts_are_exempt(entry, host):
    names = Names(**{host.replace(".", "_"): [["127.0.0.1"]]})
    policy = Policy(hosts=frozenset({entry}))
    assert refused(f"http://{host}:8000/", policy=policy, resolver=names) == "http_destination_refused"


@pytest.mark.parametrize("port", [1, 22, 25, 81, 110, 445, 1023, 2375, 3306, 5432, 6379, 9200, 11211, 27017])
def test_ports_of_other_services_are_refused(port):
    names = Names(public_example=[["8.8.8.8"]])
    assert (
        refused(f"http://public.example:{port}/", policy=Policy(), resolver=names)
        == "http_destination_refused"
    )


def test_without_the_guard_everything_is_called():
    with serving(OK) as server:
        assert get(f"{server.url}/", policy=Policy(guard=False)).status == 200


def test_a_dead_address_is_followed_by_the_next():
    names = Names(two_example=[["127.0.0.2", "127.0.0.1"]])
    with serving(OK) as server:
        assert get(f"http://two.example:{server.port}/", resolver=names).status == 200


# Side doors


def test_proxies_netrc_and_cookies_of_the_environment_are_ignored(monkeypatch, tmp_path):
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login ada password secret\n")
    netrc.chmod(0o600)
    with serving(answering(b"", headers=("Set-Cookie: a=1",))) as server, serving(OK) as proxy:
        for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "all_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.url)
        monkeypatch.setenv("NETRC", str(netrc))
        get(server.url)
        get(server.url)
    assert proxy.accepted == 0
    assert len(server.received) == 2
    for request in server.received:
        assert not {"authorization", "cookie"} & set(request.headers)
