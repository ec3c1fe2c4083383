"""The parts of ``manage.py openflow``, one module for each of its commands."""
