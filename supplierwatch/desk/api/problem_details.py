"""Errors as problem details (RFC 9457): what is wrong, where, and how to fix it."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

CONTENT_TYPE = "application/problem+json"
MAX_SHOWN = 200  # characters of a value that an error repeats


class ApiProblem(Exception):
    """Raised for a request that is refused. `more` are further members of the document."""

    def __init__(
        self,
        status: int,
        detail: str,
        *,
        headers: Mapping[str, str] | None = None,
        more: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.headers = dict(headers or {})
        self.more = dict(more or {})

    def document(self) -> dict[str, Any]:
        """Return the problem document."""
        return {
            "type": "about:blank",
            "title": HTTPStatus(self.status).phrase,
            "status": self.status,
            "detail": self.detail,
            **self.more,
        }


def bad_parameter(name: str, message: str) -> ApiProblem:
    """Return the problem of a parameter that cannot be used."""
    return ApiProblem(
        400, f"{name}: {message}", more={"errors": [{"parameter": name, "message": message}]}
    )


def quote_value(value: str) -> str:
    """Return a value that a client sent, quoted and cut, for an error."""
    return repr(value[:MAX_SHOWN])
