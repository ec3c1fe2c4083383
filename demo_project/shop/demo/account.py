"""The admin account of the demo. Its site listens on this machine only and holds invented data."""

from demo_project.accounts.models import User

__all__ = ["PASSWORD", "USERNAME", "ensure_admin"]

USERNAME = "admin"
PASSWORD = "admin"


def ensure_admin() -> User:
    """The account; created unless somebody by that name exists, whose password is then left alone."""
    existing = User.objects.filter(username=USERNAME).first()
    return existing or User.objects.create_superuser(USERNAME, email="admin@example.com", password=PASSWORD)
