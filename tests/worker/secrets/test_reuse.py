"""Results that are kept to be used again."""

import pytest
from django.core.cache import cache

from openflow_django.models import RunStatus
from tests.flows import document, live, start
from tests.worker.secrets.canaries import SECRET, secret, step

pytestmark = pytest.mark.django_db(transaction=True)


class TestCachedResults:
    def test_a_result_that_holds_a_secret_is_not_kept(self, seen):
        flow, other = (
            live(document(step("a", "see", "variable('key')", cache_ttl=60)), path=path)
            for path in ("tests/a", "tests/b")
        )
        secret(flow)
        start(flow)
        start(flow)
        assert seen == [SECRET, SECRET]
        assert start(other).status == RunStatus.FAILURE

    def test_a_sensitive_result_is_kept_encrypted(self, seen):
        flow = live(
            document(
                step("a", "see", "({ access_token: 't-o-k-e-n' })", cache_ttl=60),
                step("b", "see", "results.a"),
            )
        )
        start(flow)
        start(flow)
        assert seen == [{"access_token": "t-o-k-e-n"}] * 3
        assert "t-o-k-e-n" not in str(getattr(cache, "_cache", ""))
