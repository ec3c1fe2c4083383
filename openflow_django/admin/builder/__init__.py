"""The server side of the visual builder: its addresses in the admin, one module for each noun of them.

Views read a request, call a service and answer JSON. What may be done is decided where it is done; here only
who may look.
"""
