"""People with exactly the permissions a test gives them."""

from collections.abc import Collection
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission

__all__ = ["create_person"]


def create_person(codenames: Collection[str] = (), **fields: Any) -> Any:
    """A user of the site's model who holds these permissions; every one of them has to exist."""
    people = get_user_model()._default_manager
    person: Any = people.create(**{"username": f"person{people.count()}", **fields})
    permissions = Permission.objects.filter(codename__in=codenames)
    assert permissions.count() == len(codenames), codenames
    person.user_permissions.set(permissions)
    return person
