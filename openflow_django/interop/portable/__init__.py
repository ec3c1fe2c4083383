"""Documents without our extensions: what runs here runs the same wherever plain OpenFlow runs."""

from openflow_django.interop.portable.lowering import Portable, lower

__all__ = ["Portable", "lower"]
