import uuid

from django.contrib.auth.models import AbstractUser
from django.db import models

__all__ = ["User"]


class User(AbstractUser):
    """A person who may log in. The key is not a number: the package must not assume one."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
