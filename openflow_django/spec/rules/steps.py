"""Rules about the settings of a step that go beyond their types."""

from openflow_django.spec.issues import Report
from openflow_django.spec.json import Json
from openflow_django.spec.modules import BranchAll, ForLoop, Module, WhileLoop
from openflow_django.spec.policies import Retry, StopAfterIf, Suspend
from openflow_django.spec.rules.schemas import check_form
from openflow_django.spec.transforms import InputTransform, Static

__all__ = ["MAX_ATTEMPTS", "check_settings"]

#: Retries of one step at most, both phases together.
MAX_ATTEMPTS = 1000


def check_settings(module: Module, *, pointer: str, report: Report) -> None:
    """Retry, stop, suspend, sleep, timeout and error branch of one step."""
    if module.retry is not None:
        check_retry(module.retry, pointer=f"{pointer}/retry", report=report)
    if module.suspend is not None:
        check_suspend(module.suspend, pointer=f"{pointer}/suspend", report=report)
    check_stops(module, pointer=pointer, report=report)
    check_seconds(module.sleep, pointer=f"{pointer}/sleep", report=report)
    check_seconds(module.timeout, pointer=f"{pointer}/timeout", report=report)
    if isinstance(module.timeout, Static) and is_fraction(module.timeout.value):
        report.error(f"{pointer}/timeout", "wrong_type", "A timeout is a whole number of seconds.")
    if module.error_branch is not None and module.continue_on_error:
        message = "The error branch decides whether the flow goes on; continue_on_error has no effect."
        report.warning(f"{pointer}/continue_on_error", "no_effect", message)


def is_fraction(value: Json) -> bool:
    return isinstance(value, float) and not value.is_integer()


def check_retry(retry: Retry, *, pointer: str, report: Report) -> None:
    constant = retry.constant.attempts if retry.constant else 0
    exponential = retry.exponential.attempts if retry.exponential else 0
    if constant + exponential > MAX_ATTEMPTS:
        message = f"A step is tried again {MAX_ATTEMPTS} times at most."
        report.error(pointer, "too_many_attempts", message)
    if retry.exponential is None:
        return
    if exponential > 0 and retry.exponential.seconds == 0:
        message = "Exponential retries need a number of seconds above 0."
        hint = "Use constant retries to try again without waiting."
        report.error(f"{pointer}/exponential", "retry_seconds", message, hint=hint)
    if retry.exponential.random_factor > 100:
        message = "random_factor is a percentage of at most 100."
        report.error(f"{pointer}/exponential/random_factor", "out_of_range", message)


def check_suspend(suspend: Suspend, *, pointer: str, report: Report) -> None:
    if isinstance(suspend.timeout, Static):
        check_seconds(suspend.timeout, pointer=f"{pointer}/timeout", report=report)
    groups = suspend.user_groups_required
    if groups is not None and not suspend.user_auth_required:
        message = "Groups are only asked of signed-in people: user_groups_required needs user_auth_required."
        report.error(f"{pointer}/user_groups_required", "groups_without_auth", message)
    if isinstance(groups, Static) and not is_list_of_texts(groups.value):
        report.error(f"{pointer}/user_groups_required", "wrong_type", "Groups are a list of names.")
    check_form(suspend.resume_form, pointer=f"{pointer}/resume_form", report=report)


def is_list_of_texts(value: Json) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)


def check_stops(module: Module, *, pointer: str, report: Report) -> None:
    value = module.value
    is_sequential_loop = isinstance(value, WhileLoop) or (isinstance(value, ForLoop) and not value.parallel)
    if module.stop_after_if is not None:
        check_stop(module.stop_after_if, pointer=f"{pointer}/stop_after_if", report=report)
        if isinstance(value, ForLoop | BranchAll) and not is_sequential_loop:
            message = "stop_after_if has no effect on a parallel loop or a branchall step."
            hint = "Use stop_after_all_iters_if, it is asked once at the end."
            report.warning(f"{pointer}/stop_after_if", "no_effect", message, hint=hint)
    if module.stop_after_all_iters_if is not None:
        check_stop(
            module.stop_after_all_iters_if, pointer=f"{pointer}/stop_after_all_iters_if", report=report
        )
        if not isinstance(value, ForLoop | WhileLoop | BranchAll):
            message = "stop_after_all_iters_if has no effect on a step without iterations."
            report.warning(
                f"{pointer}/stop_after_all_iters_if", "no_effect", message, hint="Use stop_after_if."
            )


def check_stop(stop: StopAfterIf, *, pointer: str, report: Report) -> None:
    if stop.error_message is not None and stop.skip_if_stopped:
        message = "A stop with an error message fails the flow; skip_if_stopped has no effect."
        report.warning(f"{pointer}/skip_if_stopped", "no_effect", message)


def check_seconds(transform: InputTransform | None, *, pointer: str, report: Report) -> None:
    """A fixed duration is a number of seconds, 0 or more."""
    if not isinstance(transform, Static):
        return
    value = transform.value
    if isinstance(value, bool) or not isinstance(value, int | float):
        report.error(pointer, "wrong_type", "Expected a number of seconds.")
    elif value < 0:
        report.error(pointer, "out_of_range", "A number of seconds must not be negative.")
