from django.contrib import admin

from demo_project.shop.models import Customer, Order, OrderLine, Product, Stock

__all__ = ["CustomerAdmin", "OrderAdmin", "ProductAdmin", "StockAdmin"]


@admin.register(Customer)
class CustomerAdmin(admin.ModelAdmin):
    list_display = ["name", "email", "tier"]
    list_filter = ["tier"]
    search_fields = ["name", "email"]


@admin.register(Product)
class ProductAdmin(admin.ModelAdmin):
    list_display = ["name", "sku", "price"]
    search_fields = ["name", "sku"]


@admin.register(Stock)
class StockAdmin(admin.ModelAdmin):
    list_display = ["product", "on_hand", "reorder_level"]
    list_select_related = ["product"]


class OrderLineInline(admin.TabularInline):
    model = OrderLine
    extra = 0


@admin.register(Order)
class OrderAdmin(admin.ModelAdmin):
    list_display = ["__str__", "customer", "status", "total", "paid_at"]
    list_filter = ["status"]
    list_select_related = ["customer"]
    inlines = [OrderLineInline]
