"""A TypeScript flow in memory, with nothing but the installed wheel: no site, no settings, no database."""

from openflow_django.testing import run_flow

DOCUMENT = {
    "summary": "Doubles a number",
    "value": {
        "modules": [
            {
                "id": "double",
                "value": {
                    "type": "rawscript",
                    "language": "bun",
                    "content": "export function main(n: number): number { return n * 2; }",
                    "input_transforms": {"n": {"type": "javascript", "expr": "flow_input.n"}},
                },
            }
        ]
    },
}

run = run_flow(DOCUMENT, {"n": 21})
if (run.status, run.result) != ("success", 42):
    raise SystemExit(f"In memory the flow ended as {run}.")
