"""Orders, and around them what makes change detection hard: proxies, children, generated columns, odd keys, relations."""

import uuid

from django.db import models
from django.db.models import F


class Tag(models.Model):
    name = models.CharField(max_length=50)

    class Meta:
        app_label = "lab"


class Customer(models.Model):
    name = models.CharField(max_length=50)
    password = models.CharField(max_length=50, blank=True)
    api_token = models.CharField(max_length=50, blank=True)

    class Meta:
        app_label = "lab"


class Order(models.Model):
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

    class Meta:
        app_label = "lab"


class PaidOrder(Order):
    class Meta:
        app_label = "lab"
        proxy = True


class GiftOrder(Order):
    wish = models.CharField(max_length=50, blank=True)

    class Meta:
        app_label = "lab"


class Line(models.Model):
    order = models.ForeignKey(Order, models.CASCADE, related_name="lines")
    price = models.IntegerField(default=0)
    quantity = models.IntegerField(default=1)
    amount = models.GeneratedField(
        expression=F("price") * F("quantity"), output_field=models.IntegerField(), db_persist=True
    )

    class Meta:
        app_label = "lab"


class Parcel(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    code = models.CharField(max_length=20)

    class Meta:
        app_label = "lab"


class Country(models.Model):
    code = models.CharField(primary_key=True, max_length=2)
    name = models.CharField(max_length=50)

    class Meta:
        app_label = "lab"


class Outbox(models.Model):
    """Where the tests of transactions store events, as the real outbox does."""

    name = models.CharField(max_length=50)

    class Meta:
        app_label = "lab"
