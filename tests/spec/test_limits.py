"""Documents at the edge of every limit, and far beyond."""

from typing import Any

import pytest

from openflow_django.spec.issues import DocumentInvalid
from openflow_django.spec.limits import Limits
from openflow_django.spec.parse import parse
from openflow_django.spec.validate import validate
from tests.spec.documents import (
    flow,
    script,
    step,
)
from tests.spec.judging import found


class TestLimits:
    def nested(self, depth: int) -> dict[str, Any]:
        module: Any = {"id": f"s{depth}", "value": {"type": "identity"}}
        for level in range(depth - 1, 0, -1):
            branches = [{"expr": "true", "modules": [module]}]
            module = step({"type": "branchone", "branches": branches, "default": []}, f"s{level}")
        return flow(module)

    def test_edges_of_depth(self) -> None:
        assert found(self.nested(50)) == []
        parse(self.nested(50))
        assert [code for _, code in found(self.nested(51))] == ["too_deep"]
        with pytest.raises(DocumentInvalid):
            parse(self.nested(51))

    def test_edges_of_steps(self) -> None:
        good = flow(*(script(f"s{index}") for index in range(1999)), failure_module=script("failure"))
        assert found(good) == []
        good["value"]["modules"].append(script("more"))
        assert [code for _, code in found(good)] == ["too_many_steps"]

    def test_edges_of_size(self) -> None:
        document = flow(summary="x")
        size = len('{"summary":"","value":{"modules":[],"summary":"x"}}')
        assert [code for _, code in found(document, limits=Limits(max_bytes=size))] == ["unknown_key"]
        assert found(document, limits=Limits(max_bytes=size - 1)) == [("/value/summary", "json_too_large")]

    def test_edges_of_json_depth(self) -> None:
        def nested(depth: int) -> Any:
            value: Any = []
            for _ in range(depth - 1):
                value = [value]
            return {**flow(), "notes": value}

        assert [code for _, code in found(nested(399))] == ["unknown_key"]
        assert [code for _, code in found(nested(400))] == ["json_too_deep"]

    def test_limits_beyond_what_can_be_read_are_no_crash(self) -> None:
        document = self.nested(300)
        limits = Limits(max_depth=10_000, max_json_depth=100_000)
        assert [code for _, code in found(document, limits=limits)] == ["json_too_deep"]
        with pytest.raises(DocumentInvalid):
            parse(document, limits=limits)

    def test_very_many_issues_are_summed_up(self) -> None:
        document = flow(*({"id": f"s{index}"} for index in range(1500)))
        issues = validate(document)
        assert len(issues) == 1001
        assert issues[-1].code == "too_many_issues"
        assert "500" in issues[-1].message

    @pytest.mark.parametrize("wrap", [lambda x: [x], lambda x: {"value": x}, lambda x: {"modules": [x]}])
    def test_ten_thousand_levels(self, wrap: Any) -> None:
        value: Any = {}
        for _ in range(10_000):
            value = wrap(value)
        assert "json_too_deep" in [code for _, code in found(value)]

    def test_fifty_megabytes(self) -> None:
        document = flow(*({"id": "x", "summary": "y" * 50_000} for _ in range(1000)))
        assert [code for _, code in found(document)] == ["json_too_large"]

    @pytest.mark.parametrize("value", [float("nan"), float("inf"), "\x00", "\ud800", b"x", {1}, (1,), {1: 2}])
    def test_what_is_no_storable_json(self, value: Any) -> None:
        assert len(validate({**flow(), "schema": {"default": value}})) == 1
