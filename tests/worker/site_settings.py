"""Settings of a site in processes of its own: the demo's, with short leases and the operation that counts."""

from demo_project.settings import *  # noqa: F403
from demo_project.settings import INSTALLED_APPS, OPENFLOW, Q_CLUSTER

INSTALLED_APPS = [*INSTALLED_APPS, "tests.worker.effects"]
OPENFLOW = {**OPENFLOW, "LEASE_S": 1.5, "QUEUES": ["heavy"]}
Q_CLUSTER = {**Q_CLUSTER, "poll": 0.05, "ALT_CLUSTERS": {"heavy": {"workers": 1}}}
