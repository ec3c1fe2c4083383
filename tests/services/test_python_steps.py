"""Python inside of flows: written only by those who may, left alone by everybody else."""

import pytest

from openflow_django.permissions import NotPermitted
from openflow_django.services import flows
from openflow_django.services.python_steps import texts


def python(content: str) -> dict:
    value = {"type": "rawscript", "language": "python3", "content": content, "input_transforms": {}}
    return {"id": "py", "value": value}


def document(*modules: dict, summary: str = "") -> dict:
    loop = {"type": "forloopflow", "iterator": {"type": "static", "value": []}, "modules": list(modules)}
    return {"summary": summary, "value": {"modules": [{"id": "loop", "value": loop}]}}


def test_every_python_script_is_found_also_in_what_is_no_flow():
    assert texts(document(python("a"), python("b"))) == {"a", "b"}
    assert texts([{"language": "python3"}, {"language": "bun", "content": "c"}, None, 5]) == {"None"}
    assert texts({}) == frozenset()


def test_writing_it_takes_the_right(user, flow):
    author, pythonist = user("change_flow", "add_flow"), user("change_flow", "add_flow", "author_python")
    with pytest.raises(NotPermitted):
        flows.create_flow(path="a", name="A", document=document(python("x = 1")), user=author)
    with pytest.raises(NotPermitted):
        flows.save_draft(flow, document=document(python("x = 1")), revision=1, user=author)
    flows.save_draft(flow, document=document(python("x = 1")), revision=1, user=pythonist)
    assert flow.draft_revision == 2


def test_who_may_not_write_it_edits_around_it(user, flow):
    flows.save_draft(flow, document=document(python("x = 1")), revision=1, user=None)
    author = user("change_flow")
    flows.save_draft(flow, document=document(python("x = 1"), summary="New"), revision=2, user=author)
    for changed in (document(python("x = 2")), document(python("x = 1"), python("y = 1"))):
        with pytest.raises(NotPermitted):
            flows.save_draft(flow, document=changed, revision=3, user=author)
    flows.save_draft(flow, document=document(), revision=3, user=author)
    with pytest.raises(NotPermitted):
        flows.save_draft(flow, document=document(python("x = 1")), revision=4, user=author)


def test_the_site_itself_and_other_languages_ask_for_nothing(user, flow):
    flows.save_draft(flow, document=document(python("x = 1")), revision=1, user=None)
    other = {"id": "a", "value": {"type": "rawscript", "language": "bun", "content": "x"}}
    flows.save_draft(flow, document=document(other), revision=2, user=user("change_flow"))
