"""A program that uses the API of a running desk, by tokens of the users of each role."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from storage.model import Scope
from tests.desk.browser import Page, RunningDesk


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiClient:
    """A program with a token."""

    desk: RunningDesk
    token: str

    def ask(self, path: str, *, method: str = "GET", body: Any = None, **headers: str) -> Page:
        """Ask for a path below /api/v1, or one that begins with /api or is /metrics.

        A body that is no bytes is sent as JSON.
        """
        full = path if path.startswith(("/api", "/metrics")) else f"/api/v1{path}"
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if self.token:
            sent["Authorization"] = f"Bearer {self.token}"
        if body is not None:
            sent = {"Content-Type": "application/json"} | sent
            body = body if isinstance(body, bytes) else json.dumps(body).encode()
        return self.desk.browser().ask(full, method=method, headers=sent, body=body)

    def json(self, path: str, code: int = 200, **asked: Any) -> Any:
        """The document at a path."""
        page = self.ask(path, **asked)
        assert page.code == code, page.text
        return json.loads(page.text)


def token_of(
    desk: RunningDesk,
    name: str = "operator",
    scopes: Collection[Scope] = tuple(Scope),
    *,
    valid_for: timedelta = timedelta(days=1),
) -> str:
    """A new token of a user."""
    with desk.service.store.transaction() as unit:
        user = unit.users.find_by_name(name)
        assert user is not None
        token = unit.tokens.make(user.user_id, "test", scopes, desk.clock(), valid_for=valid_for)
    assert token is not None
    return token


def client(
    desk: RunningDesk, name: str = "operator", scopes: Collection[Scope] = tuple(Scope)
) -> ApiClient:
    """A program that uses the API as a user."""
    return ApiClient(desk=desk, token=token_of(desk, name, scopes))


def problem_of(page: Page) -> Mapping[str, Any]:
    """The problem details of an answer, whose form is checked."""
    assert page.headers["content-type"] == "application/problem+json", page.text
    found: Mapping[str, Any] = json.loads(page.text)
    assert found["status"] == page.code
    assert found["title"]
    assert found["detail"]
    return found
