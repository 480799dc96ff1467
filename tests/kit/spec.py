"""The OpenAPI document as a judge: is this answer what it says?"""

from collections.abc import Mapping
from typing import Any

from openapi_schema_validator import OAS31Validator

from orbit.core.kinds import KINDS
from orbit.http.api import TABLES
from orbit.http.openapi import document
from tests.kit.app import Answer

ROWS = [row for table in TABLES for row in table.rows]
SPEC = document(ROWS, KINDS)


def judge(method: str, template: str, answer: Answer) -> None:
    """Raise unless the document foresees an answer of an operation, as it is."""
    operation = SPEC["paths"][f"/api/v1{template}"][method.lower()]
    said = operation["responses"]
    assert str(answer.status) in said, f"{answer.status} is not documented"
    content: Mapping[str, Any] = said[str(answer.status)].get("content", {})
    if not content:
        assert answer.text == ""
        return
    type_ = answer.headers["Content-Type"].partition(";")[0]
    assert type_ in content
    if type_ == "application/json":
        schema = {**content[type_]["schema"], "components": SPEC["components"]}
        OAS31Validator(schema).validate(answer.json)
