"""Which addresses a flow may reach: the whole table, and every disguise of an inner address."""

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openflow_django.operations.http.addresses import REFUSED, destinations, is_own, listed, refusal


def judged(text, *, networks=(), own=lambda _address: False):
    return refusal(ip_address(text), networks=[ip_network(n) for n in networks], own=own)


INNER = {
    "0.0.0.0": "unspecified",
    "0.1.2.3": "reserved",
    "10.0.0.1": "private",
    "10.255.255.255": "private",
    "100.64.0.1": "shared",
    "100.127.255.255": "shared",
    "127.0.0.1": "loopback",
    "127.255.255.254": "loopback",
    "169.254.169.254": "link-local",
    "172.16.0.1": "private",
    "172.31.255.255": "private",
    "192.0.0.8": "reserved",
    "192.0.0.170": "reserved",
    "192.0.2.1": "documentation",
    "192.88.99.1": "reserved",
    "192.168.1.1": "private",
    "198.18.0.1": "benchmark",
    "198.19.255.255": "benchmark",
    "198.51.100.1": "documentation",
    "203.0.113.1": "documentation",
    "224.0.0.1": "multicast",
    "239.255.255.255": "multicast",
    "240.0.0.1": "reserved",
    "255.255.255.255": "reserved",
}

OUTER = {
    "::": "unspecified",
    "::1": "loopback",
    "::2": "reserved",
    "64:ff9b:1::1": "reserved",
    "64:ff9b:1:0:0:0:7f00:1": "reserved",
    "100::1": "reserved",
    "100:0:0:1::1": "reserved",
    "2001:1::1": "reserved",
    "2001:2::1": "benchmark",
    "2001:10::1": "reserved",
    "2001:20::1": "reserved",
    "2001:db8::1": "documentation",
    "2620:4f:8000::1": "reserved",
    "3fff::1": "documentation",
    "4000::1": "reserved",
    "5f00::1": "reserved",
    "fc00::1": "unique-local",
    "fd12:3456::1": "unique-local",
    "fe80::1": "link-local",
    "fe80::1%eth0": "link-local",
    "febf::1": "link-local",
    "fec0::1": "site-local",
    "ff02::1": "multicast",
}

PUBLIC = [
    "1.1.1.1",
    "8.8.8.8",
    "9.255.255.255",
    "11.0.0.0",
    "100.63.255.255",
    "100.128.0.0",
    "126.255.255.255",
    "128.0.0.1",
    "169.253.255.255",
    "172.15.255.255",
    "172.32.0.0",
    "192.167.255.255",
    "198.17.255.255",
    "198.20.0.0",
    "223.255.255.255",
    "2001:200::1",
    "2001:4860:4860::8888",
    "2606:4700:4700::1111",
    "2a00:1450:4001::1",
]


def disguises(inner):
    """Every IPv6 form that leads to an IPv4 address."""
    v4 = int(IPv4Address(inner))
    return {
        "mapped": IPv6Address(0xFFFF << 32 | v4),
        "compatible": IPv6Address(v4),
        "translated": IPv6Address(0xFFFF << 48 | v4),
        "nat64": IPv6Address(0x64FF9B << 96 | v4),
        "6to4": IPv6Address(0x2002 << 112 | v4 << 80 | 1),
        "teredo client": IPv6Address(0x20010000 << 96 | 0x08080808 << 64 | v4 ^ 0xFFFFFFFF),
        "teredo server": IPv6Address(0x20010000 << 96 | v4 << 64 | 0x08080808 ^ 0xFFFFFFFF),
        "isatap": IPv6Address(0x2A001450 << 96 | 0x00005EFE << 32 | v4),
        "isatap, universal": IPv6Address(0x2A001450 << 96 | 0x02005EFE << 32 | v4),
    }


@pytest.mark.parametrize(("address", "reason"), [*INNER.items(), *OUTER.items()])
def test_inner_and_special_addresses_are_refused_with_their_kind(address, reason):
    assert judged(address) == reason


@pytest.mark.parametrize("address", PUBLIC)
def test_public_addresses_are_allowed(address):
    assert judged(address) is None


@pytest.mark.parametrize("inner", INNER)
def test_no_disguise_hides_an_inner_address(inner):
    for form, address in disguises(inner).items():
        assert refusal(address, networks=(), own=lambda _address: False) is not None, form


def test_disguises_that_are_only_a_spelling_of_a_public_address_are_allowed():
    forms = disguises("8.8.4.4")
    allowed = {form for form, address in forms.items() if judged(str(address)) is None}
    assert allowed == {
        "mapped", "nat64", "6to4", "teredo client", "teredo server", "isatap", "isatap, universal"
    }  # fmt: skip


@given(st.ip_addresses(v=4))
def test_every_disguise_leads_to_the_address_it_carries(inner):
    for form, address in disguises(str(inner)).items():
        if form == "compatible" and int(inner) <= 1:
            continue
        assert inner in destinations(address), form


@given(st.ip_addresses())
def test_what_the_standard_library_calls_private_or_special_is_never_allowed(address):
    special = (
        address.is_private
        or address.is_loopback
        or address.is_link_local
        or address.is_multicast
        or address.is_unspecified
        or address.is_reserved
    )
    allowed = refusal(address, networks=(), own=lambda _address: False) is None
    if allowed and address.version == 6 and destinations(address) != (address,):
        return
    assert not (special and allowed)


@pytest.mark.parametrize(("network", "_kind"), REFUSED)
def test_the_edges_of_every_range_are_refused(network, _kind):
    for address in (network.network_address, network.broadcast_address):
        assert refusal(address, networks=(), own=lambda _address: False) is not None


def test_a_network_of_the_site_is_exempt_in_every_spelling():
    for form in ("mapped", "nat64", "6to4"):
        address = disguises("10.1.2.3")[form]
        assert judged(str(address), networks=["10.1.0.0/16"]) is None
        assert listed(address, networks=[ip_network("10.1.0.0/16")])
    assert judged("10.1.2.3", networks=["10.1.0.0/16"]) is None
    assert judged("10.2.0.1", networks=["10.1.0.0/16"]) == "private"
    assert not listed(disguises("10.1.2.3")["isatap"], networks=[ip_network("10.1.0.0/16")])


def test_an_address_of_this_host_is_refused_though_it_is_public():
    assert judged("8.8.8.8", own=lambda address: str(address) == "8.8.8.8") == "own"
    assert judged("64:ff9b::808:808", own=lambda address: str(address) == "8.8.8.8") == "own"


def test_this_host_knows_its_own_addresses():
    assert is_own(ip_address("127.0.0.1"))
    assert not is_own(ip_address("192.0.2.77"))
