"""JSON Web Tokens (RFC 7519) as Node's ``jsonwebtoken`` makes and judges them, over the algorithms of
PyJWT."""

from openflow_django.operations.tokens.reading import decode, verify
from openflow_django.operations.tokens.signing import sign

__all__ = ["decode", "sign", "verify"]
