"""What a script may import: the client of Windmill, and nothing else."""

import pytest

from openflow_django.exceptions import OpenFlowError
from openflow_django.sandbox.scripts import ScriptJob, ScriptRunner, StateChange
from openflow_django.spec.json import Json
from tests.sandbox.running import error, run, value


class TestImports:
    @pytest.mark.parametrize(
        ("statement", "name"),
        [
            ('import x from "lodash"', "lodash"),
            ('import { x } from "npm:zod@3"', "npm:zod@3"),
            ('import x from "https://deno.land/x/y.ts"', "https://deno.land/x/y.ts"),
            ('import x from "node:fs"', "node:fs"),
            ('import x from "file:///etc/passwd" with { type: "text" }', "file:///etc/passwd"),
            ('import x from "windmill-client-evil"', "windmill-client-evil"),
            ('import "side-effect"; const x = 1', "side-effect"),
            ('export * from "other"; const x = 1', "other"),
            ('const x = await import("dynamic")', "dynamic"),
            ('const x = require("fs")', "fs"),
        ],
    )
    def test_refused_before_anything_runs(self, runner: ScriptRunner, statement: str, name: str) -> None:
        result = run(runner, f"console.log('ran');\n{statement}\nexport const main = () => x")
        assert not result.ok
        assert result.error is not None
        assert result.error["name"] == "ImportError"
        assert repr(name) in str(result.error["message"])
        assert "SCRIPT_LANGUAGES" in str(result.error["message"])
        assert result.logs == ()

    def test_a_computed_import_fails_when_it_is_reached(self, runner: ScriptRunner) -> None:
        found = error(runner, "export const main = async () => await import('f' + 's')")
        assert '"fs" can not be imported' in found["message"]

    def test_types_only(self, runner: ScriptRunner) -> None:
        content = (
            'import { Order } from "./order"; import type x from "y"; export const main = (o?: Order) => 1'
        )
        assert value(runner, content) == 1


class Vault:
    """Variables and resources of a test."""

    def variable(self, path: str) -> Json:
        if path == "u/a/key":
            return "secret"
        raise OpenFlowError(f"There is no variable {path}.")

    def resource(self, path: str) -> Json:
        return {"path": path}


class TestClient:
    CLIENT = 'import * as wmill from "windmill-client"\n'

    def test_variables_and_resources(self, runner: ScriptRunner) -> None:
        content = self.CLIENT + (
            "export async function main(n) {\n"
            "  const both = await Promise.all([wmill.getVariable('u/a/key'), wmill.getResource('u/a/db')])\n"
            "  for (let i = 0; i < n; i++) await wmill.getVariable('u/a/key')\n"
            "  return both\n"
            "}"
        )
        job = ScriptJob(language="bun", content=content, variables=Vault(), args={"n": 5})
        assert runner.run(job).value == ["secret", {"path": "u/a/db"}]

    def test_what_is_not_there_can_be_caught(self, runner: ScriptRunner) -> None:
        content = self.CLIENT + (
            "export async function main() {\n"
            "  try { await wmill.getVariable('x') } catch (e) { return e.message }\n"
            "}"
        )
        assert runner.run(ScriptJob(language="bun", content=content, variables=Vault())).value == (
            "There is no variable x."
        )
        assert "no access" in str(runner.run(ScriptJob(language="bun", content=content)).value)

    def test_state(self, runner: ScriptRunner) -> None:
        content = """import { getState, setState } from "windmill-client@1.2"
        export async function main() {
          const n = (await getState())?.n ?? 0
          await setState({ n: n + 1 })
          return (await getState()).n
        }"""
        first = runner.run(ScriptJob(language="bun", content=content))
        assert (first.value, first.state) == (1, StateChange({"n": 1}))
        second = runner.run(ScriptJob(language="bun", content=content, state={"n": 5}))
        assert (second.value, second.state) == (6, StateChange({"n": 6}))

    def test_state_that_was_not_set(self, runner: ScriptRunner) -> None:
        assert run(runner, self.CLIENT + "export const main = () => typeof wmill").state is None

    def test_default_import(self, runner: ScriptRunner) -> None:
        content = (
            'import wmill from "windmill-client"\nexport const main = async () => await wmill.getState()'
        )
        assert value(runner, content) is None

    def test_other_functions_are_named(self, runner: ScriptRunner) -> None:
        content = self.CLIENT + "export const main = async () => wmill.runFlow('x')"
        assert "no runFlow in sandboxed scripts" in error(runner, content)["message"]

    def test_look_ups_are_counted(self, runner: ScriptRunner) -> None:
        content = self.CLIENT + (
            "export async function main() {\n"
            "  const all = []\n"
            "  for (let i = 0; i < 1001; i++) all.push(wmill.getVariable('u/a/key'))\n"
            "  return (await Promise.all(all)).length\n"
            "}"
        )
        result = runner.run(ScriptJob(language="bun", content=content, variables=Vault()))
        assert not result.ok
        assert "1000" in str(result.error)

    def test_look_ups_without_end(self, runner: ScriptRunner) -> None:
        content = self.CLIENT + (
            "export async function main() {\n"
            "  for (;;) try { await wmill.getVariable('x') } catch (error) {}\n"
            "}"
        )
        assert error(runner, content)["name"] in {"OutputInvalid", "Timeout"}
        assert value(runner, "export const main = () => 1") == 1
