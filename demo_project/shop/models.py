"""What the shop stores. Totals, discounts and reservations are filled in by flows, not by code."""

from decimal import Decimal

from django.core.validators import MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

__all__ = ["Customer", "Order", "OrderLine", "Product", "Stock"]


class Customer(models.Model):
    class Tier(models.TextChoices):
        STANDARD = "standard", _("standard")
        GOLD = "gold", _("gold")

    name = models.CharField(_("name"), max_length=200)
    email = models.EmailField(_("e-mail"), unique=True)
    tier = models.CharField(_("tier"), max_length=20, choices=Tier, default=Tier.STANDARD)

    class Meta:
        verbose_name = _("customer")
        verbose_name_plural = _("customers")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Product(models.Model):
    sku = models.SlugField(_("SKU"), unique=True)
    name = models.CharField(_("name"), max_length=200)
    price = models.DecimalField(
        _("price"), max_digits=10, decimal_places=2, validators=[MinValueValidator(Decimal(0))]
    )

    class Meta:
        verbose_name = _("product")
        verbose_name_plural = _("products")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Stock(models.Model):
    """How much of a product is on the shelf. Below ``reorder_level`` the flow ``stock/low`` speaks up."""

    product = models.OneToOneField(Product, models.CASCADE, related_name="stock", verbose_name=_("product"))
    on_hand = models.PositiveIntegerField(_("on hand"), default=0)
    reorder_level = models.PositiveIntegerField(_("reorder level"), default=5)

    class Meta:
        verbose_name = _("stock")
        verbose_name_plural = _("stock")
        ordering = ["product__name"]

    def __str__(self) -> str:
        return f"{self.product}: {self.on_hand}"


class Order(models.Model):
    class Status(models.TextChoices):
        OPEN = "open", _("open")
        PAID = "paid", _("paid")
        SHIPPED = "shipped", _("shipped")
        CANCELED = "canceled", _("canceled")

    customer = models.ForeignKey(Customer, models.PROTECT, related_name="orders", verbose_name=_("customer"))
    status = models.CharField(_("status"), max_length=20, choices=Status, default=Status.OPEN)
    discount = models.DecimalField(_("discount"), max_digits=10, decimal_places=2, default=Decimal(0))
    total = models.DecimalField(_("total"), max_digits=10, decimal_places=2, default=Decimal(0))
    paid_at = models.DateTimeField(_("paid at"), null=True, blank=True)
    notes = models.TextField(_("notes"), blank=True)
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)

    class Meta:
        verbose_name = _("order")
        verbose_name_plural = _("orders")
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"#{self.pk}"


class OrderLine(models.Model):
    order = models.ForeignKey(Order, models.CASCADE, related_name="lines", verbose_name=_("order"))
    product = models.ForeignKey(Product, models.PROTECT, related_name="+", verbose_name=_("product"))
    quantity = models.PositiveIntegerField(_("quantity"), default=1, validators=[MinValueValidator(1)])
    unit_price = models.DecimalField(_("unit price"), max_digits=10, decimal_places=2)

    class Meta:
        verbose_name = _("order line")
        verbose_name_plural = _("order lines")
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.quantity} × {self.product}"
