"""The one door through which flows reach other servers.

Nothing else in this package imports an HTTP library. A request goes out only after every address its host
name resolves to has been judged, and it goes to an address that was judged: the name is never resolved a
second time.
"""

from openflow_django.operations.http.client import Client
from openflow_django.operations.http.messages import Limits, Request, Response
from openflow_django.operations.http.policy import Policy, site_policy
from openflow_django.operations.http.resolver import Resolver, SystemResolver

__all__ = [
    "Client",
    "Limits",
    "Policy",
    "Request",
    "Resolver",
    "Response",
    "SystemResolver",
    "site_policy",
]
