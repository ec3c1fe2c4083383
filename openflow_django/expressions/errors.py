"""What can go wrong before or while an expression is computed."""

from openflow_django.exceptions import OpenFlowError

__all__ = ["ExpressionSyntaxError", "RuleError", "TemplateError"]


class ExpressionSyntaxError(OpenFlowError):
    """The text is not an expression this package can run. ``line`` and ``column`` count from 1."""

    code = "expression_syntax"

    def __init__(self, message: str, *, line: int = 1, column: int = 1) -> None:
        super().__init__(message)
        self.line = line
        self.column = column


class TemplateError(OpenFlowError):
    """A ``{{ }}`` template that cannot be rendered.

    ``name`` is the JavaScript error class of the rule that was broken: ``SyntaxError`` for a malformed tag,
    ``ReferenceError`` for a path that is too deep and, in strict mode, for one that does not exist.
    """

    code = "template"

    def __init__(self, message: str, *, name: str = "SyntaxError", hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.name = name


class RuleError(OpenFlowError):
    """A condition that has no answer: the rule itself is malformed, so it neither holds nor fails."""

    code = "rule"

    def __init__(self, message: str, *, name: str = "Error", hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.name = name
