"""The walk over a document that replaces our extensions (architecture section 4)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from typing import Any, Final

from openflow_django.interop.portable.doubts import doubt, passes_on
from openflow_django.interop.portable.facts import Facts, facts_of, has_error_branch, mentions
from openflow_django.interop.portable.failures import has_failed
from openflow_django.interop.portable.names import replaced
from openflow_django.interop.portable.spots import OPERATION, Origin, Spot
from openflow_django.interop.portable.templates import lowered_template
from openflow_django.interop.portable.texts import result_of
from openflow_django.spec.document import Flow
from openflow_django.spec.issues import Issue, quoted
from openflow_django.spec.json import Json, JsonObject
from openflow_django.spec.modules import (
    AiAgent,
    Branch,
    BranchAll,
    BranchOne,
    ErrorBranch,
    ForLoop,
    Identity,
    Module,
    ModuleValue,
    PathFlow,
    PathScript,
    RawScript,
    WhileLoop,
)
from openflow_django.spec.parse import dump, parse
from openflow_django.spec.policies import SkipIf, StopAfterIf
from openflow_django.spec.transforms import InputTransform, JavaScript, Static, Template
from openflow_django.spec.upgrade import upgrade

__all__ = ["Portable", "lower"]

#: What a step sees of the approvals it was held back for.
RESUMPTION = frozenset({"resume", "resumes", "approvers"})


FORWARD: Final = "export function main(failure: unknown) {\n  return failure;\n}\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Portable:
    """A document of plain OpenFlow. ``warnings`` tell where it may behave differently; their pointers lead
    into the document it was made of, in the spelling of today.
    """

    document: JsonObject
    warnings: list[Issue]


def lower(document: Json) -> Portable:
    """``document`` without our three extensions: the same status and result for every input, in plain
    OpenFlow.

    Templates become JavaScript, error branches become continue_on_error with a branch behind the step, names
    that only we have (``$trigger``, ``$last``, ``$accountability``, ``$env``) what comes closest. Scripts
    ``op/<type>`` stay. Where nothing corresponds exactly there is a warning.

    Raises DocumentInvalid when it is no flow.
    """
    upgraded = upgrade(document)
    flow = parse(upgraded.document)
    lowering = _Lowering(flow)
    lowered = lowering.flow()
    return Portable(document=dump(lowered), warnings=[*upgraded.warnings, *lowering.warnings])


@dataclass
class _Lowering:
    source: Flow
    warnings: list[Issue] = field(default_factory=list[Issue])
    ids: set[str] = field(default_factory=set[str])

    @cached_property
    def facts(self) -> Facts:
        return facts_of(self.source)

    def flow(self) -> Flow:
        value = self.source.value
        start = self.spot(Module(id="", value=Identity()), "")
        changes: dict[str, Any] = {"modules": self.steps(value.modules, start, "/value/modules")}
        if value.skip_expr is not None:
            changes["skip_expr"] = self.expression(value.skip_expr, start.blind())
        if value.failure_module is not None:
            handler = replace(start, is_handler=True, loops=self.facts.loops)
            changes["failure_module"] = self.alone(value.failure_module, handler, "/value/failure_module")
        if value.preprocessor_module is not None:
            where = "/value/preprocessor_module"
            changes["preprocessor_module"] = self.alone(value.preprocessor_module, start, where)
        if any(issue.code == "env" for issue in self.warnings):
            changes["flow_env"] = value.flow_env or {}
        return replace(self.source, value=replace(value, **changes))

    def spot(self, module: Module, pointer: str) -> Spot:
        return Spot(facts=self.facts, warn=partial(self.warn, pointer, module.id), module=module)

    def warn(self, pointer: str, step_id: str, code: str, message: str) -> None:
        issue = Issue(pointer, code=code, message=message, severity="warning", step_id=step_id or None)
        if issue not in self.warnings:
            self.warnings.append(issue)

    def steps(self, modules: Sequence[Module], start: Spot, pointer: str) -> tuple[Module, ...]:
        """A list of steps. ``start`` is the spot of its first step, whatever step it names."""
        result: list[Module] = []
        spot = start
        for index, module in enumerate(modules):
            where = f"{pointer}/{index}"
            spot = replace(spot, module=module, warn=partial(self.warn, where, module.id))
            lowered = self.alone(module, spot, where)
            last = Origin(step_id=module.id, failed=module if module.continue_on_error else None)
            if module.error_branch is None or not has_error_branch(module):
                result.append(lowered)
            else:
                around = modules[:index], modules[index + 1 :]
                self.warn_of_error_branch(spot, around=around, in_error_branch=start.caught is not None)
                behind = self.behind(module.error_branch, spot, where, sleep=lowered.sleep)
                result += (replace(lowered, continue_on_error=True, sleep=None), behind)
                last = Origin(step_id=behind.id)
            spot = replace(spot, last=last, is_next=True, caught=None, ran=spot.ran | {module.id})
        return tuple(result)

    def behind(
        self, branch: ErrorBranch, spot: Spot, pointer: str, *, sleep: InputTransform | None
    ) -> Module:
        """The step behind one with an error branch: it does what the branch does, if that step has failed."""
        module = spot.module
        inner = replace(
            self.inside(spot),
            last=Origin(step_id=module.id, failed=module),
            caught=module,
            ran=spot.ran | {module.id},
            failed=spot.failed | {module.id},
        )
        failed = has_failed(module)
        steps = self.steps(branch.modules, inner, f"{pointer}/error_branch/modules")
        if passes_on(branch.modules[0]):
            # In plain OpenFlow a branch starts from the input of the flow, not from the result before it.
            steps = (self.failure_of(module), *steps)
        choice = Branch(summary=f"{module.summary or module.id}: failed", expr=failed, modules=steps)
        return Module(
            id=self.new_id(module.id),
            value=BranchOne(branches=(choice,), default=()),
            # The failure of the step, not the outcome of its branch, says which way was taken.
            stop_after_if=StopAfterIf(expr=failed) if branch.then == "stop" else None,
            sleep=sleep,
        )

    def failure_of(self, module: Module) -> Module:
        """A step whose result is that of another step."""
        transform = JavaScript(result_of(module.id))
        script = RawScript(content=FORWARD, language="bun", input_transforms={"failure": transform})
        return Module(id=self.new_id(module.id), value=script)

    def new_id(self, step_id: str) -> str:
        """An id for the step behind another one, that nothing in the document mentions."""
        base = f"{step_id[:80]}_error"
        candidate, number = base, 1
        while candidate in self.facts.text or candidate in self.ids:
            number += 1
            candidate = f"{base}_{number}"
        self.ids.add(candidate)
        return candidate

    def warn_of_error_branch(
        self, spot: Spot, *, around: tuple[Sequence[Module], Sequence[Module]], in_error_branch: bool
    ) -> None:
        """``around`` are the steps before and behind this one in its list."""
        module, (before, following) = spot.module, around
        reason = doubt(
            module,
            before=before,
            in_error_branch=in_error_branch,
            has_failure_module=self.facts.has_failure_module,
        )
        if reason:
            message = f"Whether {quoted(module.id)} failed is told by its result, and {reason}."
            spot.warn("failure_shape", message)
        if module.suspend is not None and following and mentions(following[0], RESUMPTION):
            message = f"{quoted(following[0].id)} does not see the answers given behind {quoted(module.id)}."
            spot.warn("resumption", message)
        if module.sleep is not None and not isinstance(module.sleep, Static):
            message = "When the length of the sleep cannot be computed, the error branch does not run."
            spot.warn("sleep", message)

    def inside(self, spot: Spot) -> Spot:
        """The spot of the first step of a list inside the step at ``spot``."""
        return replace(spot, is_next=False, caught=None, moment="before", has_results=True)

    def alone(self, module: Module, spot: Spot, pointer: str) -> Module:
        """One step with everything inside it, without its error branch."""
        spot = replace(spot, module=module, warn=partial(self.warn, pointer, module.id))
        success, iterates = spot.at("success"), isinstance(module.value, ForLoop | WhileLoop)
        changes: dict[str, Any] = {
            "value": self.value(module.value, spot, f"{pointer}/value"),
            "error_branch": None,
            "sleep": self.transform(module.sleep, spot.at("after").blind()),
            "timeout": self.transform(module.timeout, spot),
            "skip_if": self.condition(module.skip_if, spot),
            "stop_after_if": self.condition(
                module.stop_after_if, spot.at("iteration") if iterates else success
            ),
            "stop_after_all_iters_if": self.condition(module.stop_after_all_iters_if, success),
        }
        if module.retry is not None and module.retry.retry_if is not None:
            text = self.expression(module.retry.retry_if, spot.at("retry").blind())
            changes["retry"] = replace(module.retry, retry_if=text)
        if module.suspend is not None:
            suspend = module.suspend
            timeout = suspend.timeout
            changes["suspend"] = replace(
                suspend,
                timeout=timeout if isinstance(timeout, int) else self.transform(timeout, success),
                user_groups_required=self.transform(suspend.user_groups_required, success.blind()),
            )
        return replace(module, **changes)

    def value(self, value: ModuleValue, spot: Spot, pointer: str) -> ModuleValue:
        inner = self.inside(spot)
        match value:
            case RawScript() | PathScript() | PathFlow() | AiAgent():
                if isinstance(value, PathScript) and value.path.startswith(OPERATION):
                    message = (
                        f"{quoted(value.path)} is an operation of this site: elsewhere, put a script there."
                    )
                    spot.warn("operation", message)
                value = replace(value, input_transforms=self.transforms(value.input_transforms, spot))
                return value if not isinstance(value, AiAgent) else self.agent(value, inner, pointer)
            case ForLoop():
                value = replace(value, iterator=self.transform(value.iterator, spot))
                return self.loop(_explicit(value, "skip_failures", "parallel"), spot, pointer)
            case WhileLoop():
                return self.loop(_explicit(value, "skip_failures"), spot, pointer)
            case BranchOne():
                default = self.steps(value.default, inner, f"{pointer}/default")
                return replace(value, branches=self.branches(value, spot, pointer), default=default)
            case BranchAll():
                branches = self.branches(value, spot, pointer)
                return replace(_explicit(value, "parallel"), branches=branches)
            case Identity():
                return value

    def loop(self, loop: Any, spot: Spot, pointer: str) -> Any:
        inner = self.inside(replace(spot, loops=spot.loops + 1))
        return replace(
            loop,
            parallelism=self.transform(loop.parallelism, spot),
            modules=self.steps(loop.modules, inner, f"{pointer}/modules"),
        )

    def branches(self, value: BranchOne | BranchAll, spot: Spot, pointer: str) -> tuple[Branch, ...]:
        lowered: list[Branch] = []
        for index, branch in enumerate(value.branches):
            where = f"{pointer}/branches/{index}/modules"
            inner = replace(branch, modules=self.steps(branch.modules, self.inside(spot), where))
            if isinstance(value, BranchOne):
                lowered.append(replace(inner, expr=self.expression(branch.expr, spot)))
            else:
                lowered.append(_explicit(inner, "skip_failure"))
        return tuple(lowered)

    def agent(self, value: AiAgent, inner: Spot, pointer: str) -> AiAgent:
        tools = []
        for index, tool in enumerate(value.tools):
            where = f"{pointer}/tools/{index}"
            if isinstance(tool, Module) and has_error_branch(tool):
                message = "A tool has no branch for its failure in plain OpenFlow; it is dropped."
                self.warn(where, tool.id, "tool_error_branch", message)
            tools.append(self.alone(tool, inner, where) if isinstance(tool, Module) else tool)
        return replace(value, tools=tuple(tools))

    def transforms(
        self, transforms: Mapping[str, InputTransform], spot: Spot
    ) -> Mapping[str, InputTransform]:
        return {name: self.transform(transform, spot) for name, transform in transforms.items()}

    def transform(self, transform: Any, spot: Spot) -> Any:
        """An input transform, or None as it is."""
        match transform:
            case JavaScript(expr=expr):
                return replace(transform, expr=self.expression(expr, spot))
            case Template():
                return lowered_template(transform, spot)
            case _:
                return transform

    def condition(self, condition: SkipIf | StopAfterIf | None, spot: Spot) -> Any:
        return condition and replace(condition, expr=self.expression(condition.expr, spot))

    def expression(self, text: str, spot: Spot) -> str:
        new, declared = replaced(text, spot.replacements())
        for name in declared:
            spot.warn("declared", f"The expression gives {name} a meaning of its own; it is left as it is.")
        return new


def _explicit(value: Any, *names: str) -> Any:
    """``value`` with these keys written even where the source left them out: programs disagree about them."""
    if value.source is None:
        return value
    missing = {name: getattr(value, name) for name in names if value.source.get(name) is None}
    return replace(value, source={**value.source, **missing})
