"""A small shop that shows what openflow_django does, and that its test suite runs against."""
