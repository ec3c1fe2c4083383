"""What a site offers to flows, as far as a document can refer to it."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from typing import Literal, Protocol, TypeAlias, runtime_checkable

from openflow_django.spec.issues import ExpressionProblem
from openflow_django.spec.json import Json
from openflow_django.spec.languages import RUNNABLE_LANGUAGES

__all__ = ["Catalog", "CatalogNames", "CheckExpression", "CheckTemplate", "Site"]

CheckExpression: TypeAlias = Callable[[str, Literal["expression", "condition"]], ExpressionProblem | None]
CheckTemplate: TypeAlias = Callable[[Json], str | None]


class Catalog(Protocol):
    """Answers whether a path leads somewhere."""

    def operation_schema(self, type: str) -> Json | None:
        """The JSON Schema of the options of an operation, None when there is no such operation."""
        ...

    def has_script(self, path: str) -> bool: ...

    def has_flow(self, path: str) -> bool: ...


@runtime_checkable
class CatalogNames(Protocol):
    """A catalog that can also list what it has, for hints in issues."""

    def names(self, kind: Literal["operation", "script", "flow"]) -> Iterable[str]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """Everything a document is judged by that is not in it. What is None is not judged."""

    catalog: Catalog | None = None
    languages: Collection[str] = RUNNABLE_LANGUAGES
    check_expression: CheckExpression | None = None
    check_template: CheckTemplate | None = None

    def names(self, kind: Literal["operation", "script", "flow"]) -> Iterable[str]:
        """What the catalog lists, nothing when it can not list."""
        return self.catalog.names(kind) if isinstance(self.catalog, CatalogNames) else ()
