"""Describes the API in OpenAPI 3.1, from the declarations of its routes."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

from supplierwatch.desk.api.endpoint import BASE, Endpoint
from supplierwatch.desk.api.parameters import Parameter
from supplierwatch.desk.api.problem_details import CONTENT_TYPE
from supplierwatch.desk.api.schemas import PROBLEM
from supplierwatch.desk.cookies import COOKIE

_EXAMPLES = Path(__file__).parent / "examples"
_PROBLEMS = {
    "400": "A parameter cannot be used; `errors` names it.",
    "401": "Nobody is known: there is no valid token and no session.",
    "403": "The role or the scope of the token does not suffice.",
    "404": "There is nothing of this name or number.",
    "405": "The method is not one of this address.",
    "413": "The answer would be too large.",
    "500": "The service failed.",
    "503": "The database does not answer.",
}


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
        "paths": {each.path: {"get": _operation(each)} for each in endpoints},
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
                    "description": f"A session of the desk; behind TLS it is `__Host-{COOKIE}`.",
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
    return json.loads((_EXAMPLES / endpoint.example).read_text(encoding="utf-8"))


def _operation(endpoint: Endpoint) -> dict[str, Any]:
    content = {"schema": _reference(endpoint.name), "example": example_of(endpoint)}
    headers: dict[str, Any] = {"ETag": {"schema": {"type": "string"}}}
    if any(each.name == "cursor" for each in endpoint.parameters):
        headers["Link"] = {
            "description": 'The address of the next page, with rel="next" (RFC 8288).',
            "schema": {"type": "string"},
        }
    problems = {code: {"$ref": f"#/components/responses/{code}"} for code in _PROBLEMS}
    return {
        "operationId": re.sub(r"-(\w)", lambda found: found[1].upper(), endpoint.name),
        "summary": endpoint.summary,
        "description": f"Role {endpoint.role}; scope of a token: {endpoint.scope}.",
        "parameters": [_parameter(each) for each in endpoint.parameters],
        "responses": {
            "200": {
                "description": endpoint.summary + ".",
                "headers": headers,
                "content": {"application/json": content},
            },
            "304": {"description": "The document is that of the ETag in If-None-Match."},
            **problems,
        },
    }


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
