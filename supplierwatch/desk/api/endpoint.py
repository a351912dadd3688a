"""Declarations of routes: path, method, role, parameters, body, schema; requests and answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel

from storage.model import Actor, ApiToken, DeskSession, Role, Scope, User
from supplierwatch.desk.api.json_bodies import MAX_BODY
from supplierwatch.desk.api.parameters import Parameter
from supplierwatch.desk.page import DeskSource

BASE = "/api/v1"
Method = Literal["GET", "POST", "PUT", "DELETE"]


@dataclass(frozen=True, slots=True, kw_only=True)
class IdempotencyKey:
    """A key that a client chose for a request, and the hash of that request."""

    text: str
    request_hash: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiRequest:
    """An authorized request, by a session or by a token, with its values.

    `body` is an instance of the endpoint's body; None where it has none. `home` is the address of
    the desk for the caller, without a slash at its end.
    """

    source: DeskSource
    values: Mapping[str, Any]
    session: DeskSession | None = None
    token: ApiToken | None = None
    body: Any = None
    key: IdempotencyKey | None = None
    if_match: str | None = None
    client: str = ""
    home: str = ""

    @property
    def user(self) -> User:
        """The calling user; only on routes that need one."""
        known = self.token or self.session
        if known is None:
            raise RuntimeError("a route that needs a user was reached without one")
        return known.user

    @property
    def actor(self) -> Actor:
        """The calling user, for the audit trail."""
        via = "session" if self.token is None else f"token {self.token.token_id}"
        return Actor(name=self.user.name, via=via, client=self.client)

    @property
    def now(self) -> datetime:
        """The time of the request."""
        return self.source.clock()


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A JSON document, and where the next page is. `location`: the address of what was made."""

    document: Mapping[str, Any]
    following: str | None = None  # cursor of the next page
    status: int = 200
    location: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """A route. `path` is below `BASE`; `role` is the least that may use it.

    Its examples are the files of its name in `examples`. `body` is the model of the JSON that
    clients send. `changes`: it changes something, by `writing`. `creates`: it creates something,
    and accepts an Idempotency-Key. `needs_if_match`: it needs the header If-Match. `max_body`: of
    the body, in bytes.
    """

    name: str
    path: str
    handler: Callable[[ApiRequest], Answer]
    role: Role | None
    summary: str
    schema: Mapping[str, Any]
    parameters: tuple[Parameter, ...] = field(default=())
    method: Method = "GET"
    body: type[BaseModel] | None = None
    changes: bool = False
    creates: bool = False
    needs_if_match: bool = False
    max_body: int = MAX_BODY

    @property
    def scopes(self) -> frozenset[Scope]:
        """The scopes that a token needs."""
        if not self.changes:
            return frozenset({Scope.OPERATE if self.role is Role.OPERATOR else Scope.READ})
        operates = {Scope.OPERATE} if self.role is Role.OPERATOR else set()
        return frozenset({Scope.WRITE, *operates})

    @property
    def status(self) -> int:
        """The status of its answer."""
        return 201 if self.creates else 200

    @property
    def example(self) -> str:
        """The file of its example."""
        return f"{self.name}.json"

    @property
    def body_example(self) -> str:
        """The file of the example of its body."""
        return f"{self.name}.request.json"
