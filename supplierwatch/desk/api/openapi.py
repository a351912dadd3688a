"""Describes the API in OpenAPI 3.1, from the declarations of its routes."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from supplierwatch.desk.accounts.cookies import COOKIE
from supplierwatch.desk.api import updates_operation
from supplierwatch.desk.api.endpoint import BASE, Endpoint
from supplierwatch.desk.api.json_bodies import MEDIA_TYPE
from supplierwatch.desk.api.parameters import Parameter
from supplierwatch.desk.api.problem_details import CONTENT_TYPE
from supplierwatch.desk.api.schemas import PROBLEM

_EXAMPLES = Path(__file__).parent / "examples"
_PROBLEMS = {
    "400": "A parameter cannot be used; `errors` names it.",
    "401": "The caller is not known: there is no valid token and no session.",
    "403": "The role or the scope of the token does not suffice.",
    "404": "There is nothing of this name or number.",
    "405": "This address does not answer the method.",
    "409": "The present state does not allow it.",
    "412": "The resource was changed since it was read.",
    "413": "The body or the answer would be too large.",
    "415": "The body is not declared as JSON.",
    "422": "The body cannot be used; `errors` points to what is wrong.",
    "428": "The header If-Match is missing.",
    "500": "The service failed.",
    "503": "The database does not answer, or a file cannot be written.",
}
_WRITING = ("409", "412", "415", "422", "428")


def describe(endpoints: Sequence[Endpoint]) -> dict[str, Any]:
    """Return the OpenAPI document of some routes."""
    return {
        "openapi": "3.1.1",
        "info": {
            "title": "supplierwatch",
            "version": version("supplierwatch"),
            "summary": "A media monitor: what its watches found, and why.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": BASE}],
        "security": [{"token": []}, {"session": []}],
        "paths": {
            **_build_paths(endpoints),
            updates_operation.PATH: {"get": updates_operation.OPERATION},
        },
        "components": {
            "securitySchemes": {
                "token": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "A personal token, made by `supplierwatch user token NAME`.",
                },
                "session": {
                    "type": "apiKey",
                    "in": "cookie",
                    "name": COOKIE,
                    "description": f"A session of the desk; behind TLS it is `__Host-{COOKIE}`. "
                    "Methods other than GET also need the header X-CSRF-Token.",
                },
            },
            "schemas": {
                "problem": PROBLEM,
                **{each.name: dict(each.schema) for each in endpoints},
            },
            "responses": {
                code: {
                    "description": text,
                    "content": {CONTENT_TYPE: {"schema": _reference("problem")}},
                }
                for code, text in _PROBLEMS.items()
            },
        },
    }


def example_of(endpoint: Endpoint) -> Any:
    """Return the documented example of an answer of a route."""
    return _read_example(endpoint.example)


def body_example_of(endpoint: Endpoint) -> Any:
    """Return the documented example of a body for a route."""
    return _read_example(endpoint.body_example)


@cache
def body_schema(model: type[BaseModel]) -> dict[str, Any]:
    """Return the JSON Schema of a body with its references resolved: OpenAPI has other paths."""
    schema = model.model_json_schema()
    parts = schema.pop("$defs", {})
    found: dict[str, Any] = _resolve(schema, parts)
    return found


def _resolve(value: Any, parts: Mapping[str, Any]) -> Any:
    if isinstance(value, list):
        return [_resolve(each, parts) for each in value]
    if not isinstance(value, dict):
        return value
    reference = value.get("$ref", "")
    rest = {name: _resolve(each, parts) for name, each in value.items() if name != "$ref"}
    if not reference:
        return rest
    return _resolve(parts[reference.removeprefix("#/$defs/")], parts) | rest


def _read_example(name: str) -> Any:
    return json.loads((_EXAMPLES / name).read_text(encoding="utf-8"))


def _build_paths(endpoints: Sequence[Endpoint]) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for each in endpoints:
        found.setdefault(each.path, {})[each.method.lower()] = _build_operation(each)
    return found


def _build_operation(endpoint: Endpoint) -> dict[str, Any]:
    content = {"schema": _reference(endpoint.name), "example": example_of(endpoint)}
    codes = [
        code for code in _PROBLEMS if code not in _WRITING or code in _list_write_codes(endpoint)
    ]
    responses: dict[str, Any] = {
        str(endpoint.status): {
            "description": endpoint.summary + ".",
            "headers": _build_headers(endpoint),
            "content": {"application/json": content},
        },
        **{code: {"$ref": f"#/components/responses/{code}"} for code in codes},
    }
    if endpoint.method == "GET":
        responses["304"] = {"description": "The document is that of the ETag in If-None-Match."}
    operation: dict[str, Any] = {
        "operationId": re.sub(r"-(\w)", lambda found: found[1].upper(), endpoint.name),
        "summary": endpoint.summary,
        "description": f"Role {endpoint.role}; scope of a token: "
        f"{' and '.join(sorted(endpoint.scopes))}.",
        "parameters": [
            *map(_build_parameter, endpoint.parameters),
            *_build_header_parameters(endpoint),
        ],
        "responses": responses,
    }
    if endpoint.body is not None:
        sent = {"schema": body_schema(endpoint.body), "example": body_example_of(endpoint)}
        operation["requestBody"] = {"required": True, "content": {MEDIA_TYPE: sent}}
    return operation


def _list_write_codes(endpoint: Endpoint) -> set[str]:
    """Return the status codes that this endpoint has because it changes something."""
    found = {"409"} if endpoint.changes else set()
    found |= {"415", "422"} if endpoint.body is not None else set()
    found |= {"422"} if endpoint.creates else set()
    return found | ({"412", "422", "428"} if endpoint.needs_if_match else set())


def _build_headers(endpoint: Endpoint) -> dict[str, Any]:
    text = {"schema": {"type": "string"}}
    headers: dict[str, Any] = {"ETag": text} if endpoint.method == "GET" else {}
    if any(each.name == "cursor" for each in endpoint.parameters):
        what = 'The address of the next page, with rel="next" (RFC 8288).'
        headers["Link"] = {"description": what, **text}
    if endpoint.creates:
        headers["Location"] = {"description": "The address of the new resource.", **text}
    return headers


def _build_header_parameters(endpoint: Endpoint) -> list[dict[str, Any]]:
    found = []
    if endpoint.creates:
        what = "A text of your choice; the same request with it is answered the same for a day."
        found.append(("Idempotency-Key", what, False, "b2f7e1"))
    if endpoint.needs_if_match:
        what = "The ETag of the document that was read, or `*`."
        found.append(("If-Match", what, True, "*"))
    return [
        {
            "name": name,
            "in": "header",
            "description": what,
            "required": required,
            "schema": {"type": "string", "minLength": 1, "maxLength": 255},
            "example": example,
        }
        for name, what, required, example in found
    ]


def _build_parameter(parameter: Parameter) -> Mapping[str, Any]:
    schema = parameter.kind.schema()
    if parameter.several:
        schema = {"type": "array", "items": schema}
    elif parameter.default is not None:
        schema = schema | {"default": parameter.default}
    return {
        "name": parameter.name,
        "in": parameter.place,
        "description": parameter.what,
        "required": parameter.required,
        "schema": schema,
        "example": parameter.example,
    }


def _reference(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}
