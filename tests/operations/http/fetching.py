"""One request through the guarded client."""

from ipaddress import ip_address, ip_network

import pytest

from openflow_django.operations.base import OperationError
from openflow_django.operations.http import Client, Limits, Policy, Request, SystemResolver
from openflow_django.operations.http.targets import parse
from tests.operations.http.server import answering

__all__ = ["CHUNKED", "LOOPBACK", "OK", "Names", "get", "refused"]

CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
LOOPBACK = Policy(networks=(ip_network("127.0.0.0/8"),))
OK = answering(b"fine", headers=("Content-Type: text/plain",))


class Names:
    """A resolver that tells each name's addresses from a list, one answer after the other."""

    def __init__(self, **names):
        self.names = {name.replace("_", "."): list(answers) for name, answers in names.items()}
        self.asked = []

    def resolve(self, host, *, port, timeout_s):
        self.asked.append(host)
        answers = self.names[host]
        answer = answers.pop(0) if len(answers) > 1 else answers[0]
        return tuple(ip_address(address) for address in answer)


def get(url, *, policy=LOOPBACK, resolver=None, method="GET", headers=(), body=None, **limits):
    client = Client(policy=policy, resolver=resolver or SystemResolver(), limits=Limits(**limits))
    return client.fetch(Request(method=method, target=parse(url), headers=headers, body=body))


def refused(url, **options):
    with pytest.raises(OperationError) as raised:
        get(url, **options)
    return raised.value.code
