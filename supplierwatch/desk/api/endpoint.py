"""What a route of the API is made of: path, role, parameters, schema, example, answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from storage.model import ApiToken, DeskSession, Role, Scope, User
from supplierwatch.desk.api.parameters import Parameter
from supplierwatch.desk.page import DeskSource

BASE = "/api/v1"


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiRequest:
    """A request that may be answered: by a session or by a token, with its values."""

    source: DeskSource
    values: Mapping[str, Any]
    session: DeskSession | None = None
    token: ApiToken | None = None

    @property
    def user(self) -> User:
        """The user who asks; only on routes that need one."""
        known = self.token or self.session
        if known is None:
            raise RuntimeError("a route that needs a user was reached without one")
        return known.user

    @property
    def now(self) -> datetime:
        """The time of the request."""
        return self.source.clock()


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A JSON document, and where the next page is."""

    document: Mapping[str, Any]
    following: str | None = None  # cursor of the next page


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """A route that answers GET. `path` is below `BASE`; `role` is the least that may use it.

    Its example is the file of its name in `examples`.
    """

    name: str
    path: str
    answer: Callable[[ApiRequest], Answer]
    role: Role | None
    summary: str
    schema: Mapping[str, Any]
    parameters: tuple[Parameter, ...] = field(default=())

    @property
    def scope(self) -> Scope:
        """What a token must be made for."""
        return Scope.OPERATE if self.role is Role.OPERATOR else Scope.READ

    @property
    def example(self) -> str:
        """The file of its example."""
        return f"{self.name}.json"
