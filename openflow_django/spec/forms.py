"""The form of a suspension (OpenFlow semantics section 8) as a JSON Schema."""

from openflow_django.spec.json import Json, JsonObject

__all__ = ["form_schema"]


def form_schema(form: Json) -> JsonObject | None:
    """The schema of a ``resume_form``, None where nothing is asked.

    The form holds it under ``schema``, older documents are the schema themselves; either may be a bare map of
    properties.
    """
    schema = form.get("schema", form) if isinstance(form, dict) else None
    if not isinstance(schema, dict) or not schema:
        return None
    if "properties" in schema or isinstance(schema.get("type"), str):
        return schema
    return {"type": "object", "properties": schema}
