"""The accounts of the demo shop: a user model of its own, with a UUID key."""
