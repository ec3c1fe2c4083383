"""Requests over TLS: the original name is asked for and verified, and the deadline holds there too."""

import datetime as dt
import socket
import ssl
import threading
import time
from ipaddress import ip_address, ip_network

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from openflow_django.operations.base import OperationError
from openflow_django.operations.http import Client, Limits, Policy, Request
from openflow_django.operations.http.deadline import TimedTLSSocket
from openflow_django.operations.http.targets import parse
from tests.operations.http.server import answering, serving

LOOPBACK = Policy(networks=(ip_network("127.0.0.0/8"),))
OK = answering(b"fine")


class Authority:
    """A certificate authority for one test, and what it signs."""

    def __init__(self, folder):
        self.folder = folder
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Test authority")])
        self.certificate = self._sign(
            self.name, self.key, x509.BasicConstraints(ca=True, path_length=None), names=None
        )
        self.names_asked = []

    def server(self, *names):
        """The server side of TLS for a certificate with these names."""
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "server")])
        entries = [
            x509.IPAddress(ip_address(name)) if name[0].isdigit() else x509.DNSName(name) for name in names
        ]
        certificate = self._sign(
            subject, key, x509.BasicConstraints(ca=False, path_length=None), names=entries
        )
        path = self.folder / "server.pem"
        path.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
            + certificate.public_bytes(serialization.Encoding.PEM)
        )
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(path)
        context.sni_callback = lambda _socket, name, _context: self.names_asked.append(name)
        return context

    def client(self):
        """The client side of TLS, which trusts this authority alone."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.load_verify_locations(
            cadata=self.certificate.public_bytes(serialization.Encoding.PEM).decode()
        )
        context.sslsocket_class = TimedTLSSocket
        return context

    def _sign(self, subject, key, constraints, *, names):
        now = dt.datetime.now(dt.UTC)
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self.name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - dt.timedelta(days=1))
            .not_valid_after(now + dt.timedelta(days=1))
            .add_extension(constraints, critical=True)
        )
        if names:
            builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
        return builder.sign(self.key, hashes.SHA256())


@pytest.fixture
def authority(tmp_path):
    return Authority(tmp_path)


def failing():
    return pytest.raises(OperationError)


class Loopback:
    def resolve(self, host, *, port, timeout_s):
        return (ip_address("127.0.0.1"),)


def get(url, *, tls, method="GET", body=None, **limits):
    client = Client(policy=LOOPBACK, resolver=Loopback(), limits=Limits(**limits), tls=lambda: tls)
    return client.fetch(Request(method=method, target=parse(url), body=body))


def test_the_original_name_is_asked_for_and_verified(authority):
    with serving(OK, tls=authority.server("shop.example")) as server:
        assert get(f"https://shop.example:{server.port}/", tls=authority.client()).body == b"fine"
    assert authority.names_asked == ["shop.example"]
    assert server.received[0].headers["host"] == f"shop.example:{server.port}"


def test_a_certificate_for_an_address_is_verified(authority):
    with serving(OK, tls=authority.server("127.0.0.1")) as server:
        assert get(f"https://127.0.0.1:{server.port}/", tls=authority.client()).body == b"fine"


@pytest.mark.parametrize("names", [("other.example",), ("127.0.0.1",)])
def test_a_certificate_of_another_name_is_refused(authority, names):
    with serving(OK, tls=authority.server(*names)) as server, failing() as raised:
        get(f"https://shop.example:{server.port}/", tls=authority.client())
    assert raised.value.code == "http_tls_failed"
    assert server.received == []


def test_an_unknown_authority_is_refused_by_default(authority):
    client = Client(policy=LOOPBACK, resolver=Loopback())
    with serving(OK, tls=authority.server("shop.example")) as server, pytest.raises(OperationError) as raised:
        client.fetch(Request(method="GET", target=parse(f"https://shop.example:{server.port}/")))
    assert raised.value.code == "http_tls_failed"


def test_plain_http_behind_an_https_url_is_refused(authority):
    with serving(OK) as server, failing() as raised:
        get(f"https://shop.example:{server.port}/", tls=authority.client())
    assert raised.value.code == "http_tls_failed"


def test_a_drip_over_tls_ends_at_the_total_time(authority):
    def drip(connection, _request):
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        stopped = threading.Event()
        while not stopped.wait(0.02):
            connection.sendall(b"x")

    began = time.monotonic()
    with (
        serving(drip, tls=authority.server("shop.example")) as server,
        pytest.raises(OperationError) as raised,
    ):
        get(f"https://shop.example:{server.port}/", tls=authority.client(), total_s=0.5)
    assert raised.value.code == "http_timeout"
    assert time.monotonic() - began < 4


def test_a_handshake_that_never_answers_ends_at_the_connect_time(authority):
    with socket.create_server(("127.0.0.1", 0)) as listener, pytest.raises(OperationError) as raised:
        get(f"https://shop.example:{listener.getsockname()[1]}/", tls=authority.client(), connect_s=0.2)
    assert raised.value.code == "http_timeout"


def test_a_redirect_from_https_to_http_is_refused(authority):
    script = answering(b"", status="302 Found", headers=("Location: http://shop.example/",))
    with (
        serving(script, tls=authority.server("shop.example")) as server,
        pytest.raises(OperationError) as raised,
    ):
        get(f"https://shop.example:{server.port}/", tls=authority.client(), max_redirects=3)
    assert raised.value.code == "http_redirect_refused"
