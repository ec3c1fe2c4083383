"""What saving a model costs that flows watch, or do not, beside the plain save."""

from collections.abc import Iterator
from typing import Any

from demo_project.shop.models import Product
from openflow_django.models import Flow
from openflow_django.services import watch
from openflow_django.services.triggers import create_trigger
from tests.benchmarks import documents
from tests.benchmarks.figures import Figure, at_most
from tests.benchmarks.site import Site, live_flow
from tests.benchmarks.timing import Spread, counted, timed

__all__ = ["figures"]

WATCHED = {
    "model": "shop.product",
    "actions": ["updated"],
    "conditions": [{"field": "name", "from": "Dear", "to": "Cheap"}],
}


def figures(site: Site) -> Iterator[Figure]:
    flow = live_flow(documents.identities(1), path="bench/save")
    product = Product.objects.create(sku="bench", name="Dear", price=1)
    floor, plain = _save(product), _statements(product)
    yield Figure.of("save, no trigger in the site", floor, unit="us", floor=floor)
    _listen(flow, {**WATCHED, "model": "shop.customer"})
    yield from _figures("of a model that nothing watches", product, floor, plain, queries=0)
    _listen(flow, WATCHED)
    yield from _figures("ruled out by the new values", product, floor, plain, queries=0)
    product.name = "Cheap"
    product.save()
    yield from _figures("ruled out by the old values", product, floor, plain, queries=1)
    yield from _matching(product, floor, plain)


def _listen(flow: Flow, options: Any) -> None:
    for trigger in flow.triggers.all():
        trigger.delete()
    create_trigger(flow, type="model_event", options=options, user=None)
    watch.refresh()


def _figures(name: str, product: Product, floor: Spread, plain: int, *, queries: int) -> Iterator[Figure]:
    yield Figure.of(f"save {name}", _save(product), unit="us", floor=floor)
    more = _statements(product) - plain
    yield Figure(name=f"save {name}: further queries", unit="n", median=more, target=at_most(queries))


def _matching(product: Product, floor: Spread, plain: int) -> Iterator[Figure]:
    """The trigger fires: an event and a run are written."""

    def reset() -> None:
        Product.objects.filter(pk=product.pk).update(name="Dear")

    fired = timed(product.save, times=100, prepare=reset)
    yield Figure.of("save that starts a run", fired, unit="us", floor=floor)
    reset()
    yield Figure(
        name="save that starts a run: further queries", unit="n", median=_statements(product) - plain
    )


def _save(product: Product) -> Spread:
    return timed(product.save, times=300, warm=10)


def _statements(product: Product) -> int:
    with counted() as statements:
        product.save()
    return statements.count
