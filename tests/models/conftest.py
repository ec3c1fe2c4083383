"""Rows to look at."""

import pytest

from openflow_django.models import Flow, FlowVersion


@pytest.fixture
def flow(db) -> Flow:
    return Flow.objects.create(path="orders/paid", name="Order paid")


@pytest.fixture
def version(flow) -> FlowVersion:
    return FlowVersion.objects.create(flow=flow, number=1, document=flow.draft, digest="0" * 64)
