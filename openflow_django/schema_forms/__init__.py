"""Django forms made from JSON Schemas: what people fill in to start a flow, to try it out, to answer it.

Which keywords count is told in ``docs/reference/forms.md``. Nothing is fetched: a reference is never
followed.
"""

from openflow_django.schema_forms.form import SchemaForm, is_simple, show_errors
from openflow_django.schema_forms.json_field import JsonTextarea, JsonTextField, StoredJson
from openflow_django.schema_forms.properties import is_object, ordered_properties, required_names

__all__ = [
    "JsonTextField",
    "JsonTextarea",
    "SchemaForm",
    "StoredJson",
    "is_object",
    "is_simple",
    "ordered_properties",
    "required_names",
    "show_errors",
]
