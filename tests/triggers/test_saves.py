"""Created and updated objects, as a site sees them."""
import pytest
from tests.triggers.lab.models import Order

pytestmark = pytest.mark.django_db

def test_smoke(recorder, django_assert_num_queries):
    recorder.watch("lab.order", "updated", conditions=[{"field": "status", "from": "open", "to": "paid"}])
    order = Order.objects.create()
    with django_assert_num_queries(1):
        order.save()
    order.status = "paid"
    with django_assert_num_queries(4):
        order.save()
    import json
    print(json.dumps(recorder.last, indent=1))
