"""Orders, and around them what makes change detection hard: proxies, children, generated columns, keys."""

import uuid

from django.db import models
from django.db.models import F


class Named(models.Model):
    """Gives all of them a text."""

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self._meta.label} {self.pk}"


class Tag(Named):
    name = models.CharField(max_length=50)


class Customer(Named):
    name = models.CharField(max_length=50)
    password = models.CharField(max_length=50, blank=True)
    api_token = models.CharField(max_length=50, blank=True)


class Order(Named):
    class Status(models.TextChoices):
        OPEN = "open", "open"
        PAID = "paid", "paid in full"
        SHIPPED = "shipped", "shipped"

    customer = models.ForeignKey(Customer, models.CASCADE, null=True, related_name="orders")
    tags = models.ManyToManyField(Tag, related_name="orders")
    watchers = models.ManyToManyField(Customer, related_name="watched")
    status = models.CharField(max_length=10, choices=Status, default=Status.OPEN)
    total = models.DecimalField(max_digits=8, decimal_places=2, default=0)
    quantity = models.IntegerField(default=0)
    weight = models.FloatField(null=True)
    gift = models.BooleanField(default=False)
    details = models.JSONField(default=dict)
    paid_at = models.DateTimeField(null=True)
    ship_on = models.DateField(null=True)
    patience = models.DurationField(null=True)
    scan = models.BinaryField(null=True)
    invoice = models.FileField(upload_to="invoices", blank=True)
    reference = models.UUIDField(default=uuid.uuid4)
    notes = models.TextField(blank=True)
    changed_at = models.DateTimeField(auto_now=True)


class PaidOrder(Order):
    class Meta(Order.Meta):
        proxy = True


class GiftOrder(Order):
    wish = models.CharField(max_length=50, blank=True)


class Line(Named):
    order = models.ForeignKey(Order, models.CASCADE, related_name="lines")
    price = models.IntegerField(default=0)
    quantity = models.IntegerField(default=1)
    amount = models.GeneratedField(
        expression=F("price") * F("quantity"), output_field=models.IntegerField(), db_persist=True
    )


class Parcel(Named):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    code = models.CharField(max_length=20)


class Country(Named):
    code = models.CharField(primary_key=True, max_length=2)
    name = models.CharField(max_length=50)


class Outbox(Named):
    """Where the tests of transactions store events, as the real outbox does."""

    name = models.CharField(max_length=50)
