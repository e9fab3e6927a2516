"""The OpenAPI 3.1 document, made of the declared calls: it cannot say other things than are done."""

import re
from functools import cache
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from accounts.kept_answers import HEADER, LONGEST_KEY
from entrypoints.api.calls import CALLS, Call, IfMatch, summary_and_rest
from entrypoints.api.document_parts import (
    ABOUT,
    COMMON_HEADERS,
    ETAG,
    IF_MATCH,
    LOCATION,
    OF_PATHS,
    REFUSALS,
    TAGS,
)
from entrypoints.api.problems import MIMETYPE
from entrypoints.api.repeating import REPLAYED
from entrypoints.api.shapes import Problem
from evidence.actors import MAY

_REF = "#/components/schemas/{model}"


@cache
def paths_and_schemas() -> dict[str, Any]:
    """The document without the address of the server, which is the product's."""
    schemas = _schemas()
    paths: dict[str, Any] = {}
    for one in CALLS.values():
        address = "/api/v1" + re.sub(r"<(?:[^:>]+:)?(\w+)>", r"{\1}", one.path)
        paths.setdefault(address, {})[one.method.lower()] = _operation(one, schemas)
    return {
        "openapi": "3.1.0",
        "info": ABOUT,
        "tags": TAGS,
        "security": [{"token": []}],
        "paths": paths,
        "components": {
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
            "schemas": schemas,
            "responses": {name: _refusal(words) for name, words in REFUSALS.values()},
            "headers": COMMON_HEADERS,
        },
    }


def document(base_url: str) -> dict[str, Any]:
    return paths_and_schemas() | {"servers": [{"url": base_url}]}


def _operation(one: Call, schemas: dict[str, Any]) -> dict[str, Any]:
    summary, rest = summary_and_rest(one.view.__doc__)
    who = [role.value for role in MAY if one.may in MAY[role]] + (["contact"] if one.contacts else [])
    roles = f"For tokens of the roles: {', '.join(who)}."
    operation: dict[str, Any] = {
        "operationId": one.name,
        "tags": [one.view.__module__.rpartition(".")[2]],
        "summary": summary,
        "description": f"{rest}\n\n{roles}".strip(),
        "parameters": [*_path_parameters(one), *_query_parameters(one, schemas), *_header_parameters(one)],
        "responses": _responses(one),
    }
    if one.body is not None:
        content: dict[str, Any] = {"schema": {"$ref": _REF.format(model=one.body.__name__)}}
        extra: Any = one.body.model_config.get("json_schema_extra")
        content["examples"] = {"example": {"value": extra["examples"][0]}}
        operation["requestBody"] = {"required": True, "content": {"application/json": content}}
    return operation


def _responses(one: Call) -> dict[str, Any]:
    headers: dict[str, Any] = {name: {"$ref": f"#/components/headers/{name}"} for name in COMMON_HEADERS}
    if one.tagged:
        headers["ETag"] = ETAG
    if one.located:
        headers["Location"] = LOCATION
    if one.method == "POST":
        headers[REPLAYED] = {
            "description": "This is the answer to the first of these requests.",
            "schema": {"type": "string"},
        }
    done: dict[str, Any] = {"description": "Done." if one.answer is None else "As it is.", "headers": headers}
    if one.answer is not None:
        done["content"] = {"application/json": {"schema": {"$ref": _REF.format(model=_name(one.answer))}}}
    refusals = {401, 403, 404, 429}
    if one.body is not None:
        refusals |= {400, 413, 415, 422}
    if one.query is not None or one.method != "GET":
        refusals.add(422)
    if one.conflicts or one.method == "POST":
        refusals.add(409)
    if one.if_match is not IfMatch.NEVER:
        refusals.add(412)
    if one.if_match is IfMatch.REQUIRED:
        refusals.add(428)
    found = {str(one.status): done}
    return found | {
        str(status): {"$ref": f"#/components/responses/{REFUSALS[status][0]}"} for status in sorted(refusals)
    }


def _path_parameters(one: Call) -> list[dict[str, Any]]:
    return [
        {"name": name, "in": "path", "required": True, **_path_shape(kind, name)}
        for kind, name in re.findall(r"<(?:([^:>]+):)?(\w+)>", one.path)
    ]


def _path_shape(kind: str, name: str) -> dict[str, Any]:
    if kind == "int":
        return {"schema": {"type": "integer", "minimum": 1, "maximum": 2**31 - 1}, "example": 1}
    if kind.startswith("any"):
        choices = kind.removeprefix("any(").removesuffix(")").split(", ")
        return {"schema": {"type": "string", "enum": choices}, "example": choices[0]}
    return {"schema": {"type": "string", "minLength": 1, "maxLength": 80}, "example": OF_PATHS[name]}


def _query_parameters(one: Call, schemas: dict[str, Any]) -> list[dict[str, Any]]:
    if one.query is None:
        return []
    schema = one.query.model_json_schema(ref_template=_REF)
    for name, definition in schema.pop("$defs", {}).items():
        schemas.setdefault(name, definition)
    found = []
    for name, shape in schema["properties"].items():
        # There is no null in an address: what is not asked is left out.
        kept = next((kind for kind in shape.get("anyOf", []) if kind != {"type": "null"}), None)
        words = shape.get("description")
        plain = kept or {key: value for key, value in shape.items() if key not in {"title", "description"}}
        found.append({"name": name, "in": "query", "schema": plain} | ({"description": words} if words else {}))
    return found


def _header_parameters(one: Call) -> list[dict[str, Any]]:
    found = []
    if one.if_match is not IfMatch.NEVER:
        found.append(IF_MATCH | {"required": one.if_match is IfMatch.REQUIRED})
    if one.method == "POST":
        shape = {"type": "string", "minLength": 1, "maxLength": LONGEST_KEY, "pattern": "^[!-~]+$"}
        words = "The same request with the same key is done once, and answered alike for two days."
        example = "0b9c2e5e-7f0a-4c1b-9a52-4a1f3f1c6d0e"
        found.append({"name": HEADER, "in": "header", "schema": shape, "description": words, "example": example})
    return found


def _refusal(words: str) -> dict[str, Any]:
    return {
        "description": words,
        "headers": {name: {"$ref": f"#/components/headers/{name}"} for name in COMMON_HEADERS},
        "content": {MIMETYPE: {"schema": {"$ref": _REF.format(model=Problem.__name__)}}},
    }


def _schemas() -> dict[str, Any]:
    sent = {one.body for one in CALLS.values() if one.body is not None}
    answered = {one.answer for one in CALLS.values() if one.answer is not None} | {Problem}
    # What is answered always has all its fields.
    wanted: list[tuple[type[BaseModel], Any]] = [(one, "validation") for one in sorted(sent, key=_name)]
    wanted += [(one, "serialization") for one in sorted(answered, key=_name)]
    _names, found = models_json_schema(wanted, ref_template=_REF)
    return dict(found["$defs"])


def _name(shape: type[BaseModel]) -> str:
    """The name of a shape in the document; a page of things is told by what it holds."""
    return re.sub(r"[^a-zA-Z0-9.\-_]", "_", shape.__name__)
