"""The demo shop: customers, products, stock, orders, and the flows that work on them."""
