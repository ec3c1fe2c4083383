"""What ``manage.py demo`` is made of: the data, the flows, the processes, and a browser for ``--check``."""
