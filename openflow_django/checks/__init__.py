"""System checks: what is configured wrongly, why it matters and how to cure it. Each id is in the docs.

Importing this package registers them, all under the tag ``openflow``.
"""

from openflow_django.checks.addresses import check_site_url
from openflow_django.checks.database import check_pool, check_sqlite, check_time_zones
from openflow_django.checks.packages import (
    check_javascript_engine,
    check_rest_framework,
    check_type_stripping,
)
from openflow_django.checks.queue import check_cache, check_cluster, check_queue
from openflow_django.checks.sandbox import check_layers, check_python_user
from openflow_django.checks.security import (
    check_django_q_rights,
    check_guard,
    check_middleware,
    check_own_keys,
    check_retention,
    check_secret_keys,
)
from openflow_django.checks.settings import check_keys, check_languages, check_limits, check_values

__all__ = [
    "check_cache",
    "check_cluster",
    "check_django_q_rights",
    "check_guard",
    "check_javascript_engine",
    "check_keys",
    "check_languages",
    "check_layers",
    "check_limits",
    "check_middleware",
    "check_own_keys",
    "check_pool",
    "check_python_user",
    "check_queue",
    "check_rest_framework",
    "check_retention",
    "check_secret_keys",
    "check_site_url",
    "check_sqlite",
    "check_time_zones",
    "check_type_stripping",
    "check_values",
]
