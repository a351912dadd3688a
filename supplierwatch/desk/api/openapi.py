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
from supplierwatch.desk.api.endpoint import BASE, Endpoint
from supplierwatch.desk.api.json_bodies import MEDIA_TYPE
from supplierwatch.desk.api.parameters import Parameter
from supplierwatch.desk.api.problem_details import CONTENT_TYPE
from supplierwatch.desk.api.schemas import PROBLEM

_EXAMPLES = Path(__file__).parent / "examples"
_PROBLEMS = {
    "400": "A parameter cannot be used; `errors` names it.",
    "401": "Nobody is known: there is no valid token and no session.",
    "403": "The role or the scope of the token does not suffice.",
    "404": "There is nothing of this name or number.",
    "405": "The method is not one of this address.",
    "409": "It cannot be done as things are.",
    "412": "What is to be changed was changed since it was read.",
    "413": "The body or the answer would be too large.",
    "415": "The body is not declared as JSON.",
    "422": "The body cannot be used; `errors` points to what is wrong.",
    "428": "There is no If-Match.",
    "500": "The service failed.",
    "503": "The database does not answer.",
}
_WRITING = ("409", "412", "415", "422", "428")


def describe(endpoints: Sequence[Endpoint]) -> dict[str, Any]:
    """Return the OpenAPI document of some routes."""
    return {
        "openapi": "3.1.1",
        "info": {
            "title": "supplierwatch",
            "version": version("supplierwatch"),
            "summary": "What a media monitor found, and why.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": BASE}],
        "security": [{"token": []}, {"session": []}],
        "paths": _paths(endpoints),
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
                    "What is not GET needs the header X-CSRF-Token, too.",
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
    """Return the documented example of what a route answers."""
    return _read_example(endpoint.example)


def body_example_of(endpoint: Endpoint) -> Any:
    """Return the documented example of what a route is sent."""
    return _read_example(endpoint.body_example)


@cache
def body_schema(model: type[BaseModel]) -> dict[str, Any]:
    """Return the JSON Schema of a body, whole: references within it would lead elsewhere."""
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


def _paths(endpoints: Sequence[Endpoint]) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for each in endpoints:
        found.setdefault(each.path, {})[each.method.lower()] = _operation(each)
    return found


def _operation(endpoint: Endpoint) -> dict[str, Any]:
    content = {"schema": _reference(endpoint.name), "example": example_of(endpoint)}
    codes = [code for code in _PROBLEMS if code not in _WRITING or code in _of_writing(endpoint)]
    responses: dict[str, Any] = {
        str(endpoint.status): {
            "description": endpoint.summary + ".",
            "headers": _headers(endpoint),
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
        "parameters": [*map(_parameter, endpoint.parameters), *_header_parameters(endpoint)],
        "responses": responses,
    }
    if endpoint.body is not None:
        sent = {"schema": body_schema(endpoint.body), "example": body_example_of(endpoint)}
        operation["requestBody"] = {"required": True, "content": {MEDIA_TYPE: sent}}
    return operation


def _of_writing(endpoint: Endpoint) -> set[str]:
    """Return the statuses that this endpoint has and a reading one has not."""
    found = {"409"} if endpoint.changes else set()
    found |= {"415", "422"} if endpoint.body is not None else set()
    found |= {"422"} if endpoint.makes else set()
    return found | ({"412", "422", "428"} if endpoint.matches else set())


def _headers(endpoint: Endpoint) -> dict[str, Any]:
    text = {"schema": {"type": "string"}}
    headers: dict[str, Any] = {"ETag": text} if endpoint.method == "GET" else {}
    if any(each.name == "cursor" for each in endpoint.parameters):
        what = 'The address of the next page, with rel="next" (RFC 8288).'
        headers["Link"] = {"description": what, **text}
    if endpoint.makes:
        headers["Location"] = {"description": "The address of what was made.", **text}
    return headers


def _header_parameters(endpoint: Endpoint) -> list[dict[str, Any]]:
    found = []
    if endpoint.makes:
        what = "A text of your choice; the same request with it is answered the same for a day."
        found.append(("Idempotency-Key", what, False, "b2f7e1"))
    if endpoint.matches:
        what = "The ETag of what was read, or `*`."
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


def _parameter(parameter: Parameter) -> Mapping[str, Any]:
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
