"""Reads the JSON bodies of requests into the models that the routes declare."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError
from starlette.requests import Request

from supplierwatch.desk.api.problem_details import ApiProblem, quote_value

MAX_BODY = 32_768  # bytes
MAX_ERRORS = 20  # of one body that are named
MEDIA_TYPE = "application/json"


class Body(BaseModel):
    """The base of all bodies: no other fields, no conversion between types."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


def refuse_media_type(request: Request) -> None:
    """Raise where a body is not declared as JSON.

    Raises:
        ApiProblem: 415.
    """
    given = request.headers.get("content-type", "")
    media_type, _, rest = given.partition(";")
    name, _, value = rest.strip().lower().partition("=")
    in_utf8 = name != "charset" or value.strip('" ') in ("utf-8", "utf8")
    if media_type.strip().lower() != MEDIA_TYPE or not in_utf8:
        raise ApiProblem(415, f"Content-Type: {quote_value(given)} is not {MEDIA_TYPE} in UTF-8.")


def read_json(model: type[BaseModel], body: bytes) -> BaseModel:
    """Return the value of a body.

    Raises:
        ApiProblem: 400 for invalid JSON, 422 for JSON of another form.
    """
    try:
        found = model.model_validate_json(body)
    except ValidationError as error:
        listed = error.errors(include_url=False, include_context=False, include_input=False)
        if any(each["type"] == "json_invalid" for each in listed):
            raise ApiProblem(400, f"The body is not JSON: {listed[0]['msg'][:200]}.") from None
        errors = [
            {"pointer": _build_pointer(each["loc"]), "message": each["msg"][:200]}
            for each in listed[:MAX_ERRORS]
        ]
        first = f"{errors[0]['pointer']}: {errors[0]['message']}"
        raise ApiProblem(
            422, f"The body cannot be used. {first}", more={"errors": errors}
        ) from None
    if _has_nul(found.model_dump()):
        raise ApiProblem(422, "The body has a text with a NUL character.")
    return found


def bad_field(name: str, message: str) -> ApiProblem:
    """Return the problem of a field of the body that cannot be used."""
    errors = [{"pointer": f"#/{name}", "message": message}]
    return ApiProblem(422, f"{name}: {message}", more={"errors": errors})


def _build_pointer(place: tuple[int | str, ...]) -> str:
    """Return a JSON pointer as a fragment (RFC 6901, 6), cut."""
    parts = (str(each).replace("~", "~0").replace("/", "~1") for each in place)
    return "".join(["#", *(f"/{part}" for part in parts)])[:200]


def _has_nul(value: Any) -> bool:
    if isinstance(value, str):
        return "\0" in value
    if isinstance(value, dict):
        return any(_has_nul(each) for each in value.values())
    return isinstance(value, (list, tuple)) and any(_has_nul(each) for each in value)
