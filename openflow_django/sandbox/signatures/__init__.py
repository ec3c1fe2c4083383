"""What a script asks for: the parameters of its ``main`` function as a JSON Schema, read without running
it."""

from openflow_django.sandbox.signatures.python import python_parameters
from openflow_django.sandbox.signatures.schemas import Parameter, schema_of
from openflow_django.sandbox.signatures.typescript import typescript_parameters
from openflow_django.spec.json import JsonObject

__all__ = ["Parameter", "main_schema"]

LONGEST = 1_000_000
"""Characters of the longest script that is looked at."""

READERS = {
    "bun": typescript_parameters,
    "deno": typescript_parameters,
    "nativets": typescript_parameters,
    "python3": python_parameters,
}


def main_schema(language: str, content: str) -> JsonObject:
    """The JSON Schema 2020-12 of the arguments of ``main``, with ``order`` as Windmill writes it.

    Empty where there is no such function, the language is not one that can be read, or the text does not
    parse: whoever runs the script will say why.
    """
    reader = READERS.get(language)
    if reader is None or len(content) > LONGEST:
        return {}
    parameters = reader(content)
    return {} if parameters is None else schema_of(parameters)
