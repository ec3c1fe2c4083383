"""Customers, products, stock and orders of the demo."""

from decimal import Decimal

from django.db import transaction

from demo_project.shop.models import Customer, Order, OrderLine, Product, Stock

__all__ = ["load_shop"]

CUSTOMERS = (
    ("Ada Lindqvist", "ada@example.com", Customer.Tier.GOLD),
    ("Bruno Okafor", "bruno@example.com", Customer.Tier.STANDARD),
    ("Chiara Moreau", "chiara@example.com", Customer.Tier.STANDARD),
)

# SKU, name, price, on hand, reorder level
PRODUCTS = (
    ("teapot", "Teapot, cast iron", "79.00", 12, 5),
    ("kettle", "Kettle, 1.2 l", "49.50", 6, 5),
    ("cup", "Cup, stoneware", "14.90", 80, 20),
    ("matcha", "Matcha, 30 g", "24.00", 3, 10),
)

# Customer, then quantity and SKU of each line. The first order takes the kettles below their reorder level.
ORDERS = (
    ("ada@example.com", ((2, "teapot"), (2, "kettle"), (6, "cup"))),
    ("bruno@example.com", ((1, "teapot"), (2, "cup"))),
    ("chiara@example.com", ((4, "cup"), (1, "matcha"))),
)


@transaction.atomic
def load_shop() -> bool:
    """Fill an empty shop; a shop that has products keeps what it has. Whether anything was written."""
    if Product.objects.exists():
        return False
    for name, email, tier in CUSTOMERS:
        Customer.objects.create(name=name, email=email, tier=tier)
    for sku, name, price, on_hand, reorder_level in PRODUCTS:
        product = Product.objects.create(sku=sku, name=name, price=Decimal(price))
        Stock.objects.create(product=product, on_hand=on_hand, reorder_level=reorder_level)
    for email, lines in ORDERS:
        order = Order.objects.create(customer=Customer.objects.get(email=email))
        for quantity, sku in lines:
            product = Product.objects.get(sku=sku)
            OrderLine.objects.create(
                order=order, product=product, quantity=quantity, unit_price=product.price
            )
    return True
