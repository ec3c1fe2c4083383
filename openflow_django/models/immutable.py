"""Rows that are created and deleted, never changed."""

from typing import Any, ClassVar, NoReturn, TypeVar

from django.db import models

from openflow_django.exceptions import OpenFlowError

__all__ = ["Immutable", "ImmutableQuerySet", "VersionImmutable"]

M = TypeVar("M", bound="Immutable")


class VersionImmutable(OpenFlowError):
    """A published version was about to be changed."""

    code = "version_immutable"


class ImmutableQuerySet(models.QuerySet[M]):
    """Rows that are created and deleted, never updated."""

    def update(self, **kwargs: Any) -> NoReturn:
        """Refuse.

        Raises:
            VersionImmutable: always.
        """
        raise self.model.immutable()


class Immutable(models.Model):
    """``refusal`` and ``remedy`` tell whoever tries to change one why not, and what to do instead."""

    refusal: ClassVar[str]
    remedy: ClassVar[str]

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Insert the row.

        Raises:
            VersionImmutable: when it is in the database already.
        """
        if not self._state.adding:
            raise self.immutable()
        super().save(*args, **kwargs)

    @classmethod
    def immutable(cls) -> VersionImmutable:
        """The refusal to change a row."""
        return VersionImmutable(cls.refusal, hint=cls.remedy)
