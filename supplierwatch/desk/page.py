"""Declarations of pages of the desk: their routes, requests and responses."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from alerts.digest.context import TellingContext
from storage.model import Actor, DeskSession, Role, User
from storage.rules.groups import GroupScope
from storage.store import Store
from supplierwatch.desk.background_jobs.jobs import Jobs
from supplierwatch.desk.framed_message import FramedMessage
from supplierwatch.health.recent_errors import LoggedError
from supplierwatch.wiring import CompiledConfiguration

MAX_VALUE = 8_000  # characters of a field of a form; more is cut off


class DeskSource(Protocol):
    """Gives the desk the archive, the configuration in force, and the state of the service."""

    store: Store

    @property
    def wired(self) -> CompiledConfiguration:
        """The configuration in force."""
        ...

    @property
    def context(self) -> TellingContext:
        """The same, prepared for messages."""
        ...

    @property
    def clock(self) -> Callable[[], datetime]:
        """Returns aware UTC datetimes."""
        ...

    @property
    def environ(self) -> Mapping[str, str]:
        """Environment variables with secrets and overrides of settings."""
        ...

    @property
    def scope(self) -> GroupScope:
        """The groups whose archive and configuration it gives."""
        ...

    def within(self, scope: GroupScope) -> DeskSource:
        """Return the same for what a scope sees."""
        ...

    jobs: Jobs
    note: str  # a sentence at the top of each page

    def report(self) -> Mapping[str, Any]:
        """Return the state of the service, as /health shows it to this machine."""
        ...

    def send_now(self, subscription: str) -> int:
        """Compose and send what is pending for a subscription; return how many messages.

        It blocks until they are sent.
        """
        ...

    def recent_errors(self) -> Sequence[LoggedError]:
        """Return the last warnings and errors of the log, the newest first."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class PageRequest:
    """One request for a page, with its user and values.

    `session` is None on pages that need no user. `values` are those of the form or the query
    string; where a name occurs twice, the last; `lists` has all of them. `path` are the values in
    the path. `home` is the address of the desk for the client, without a slash at its end.
    """

    source: DeskSource
    session: DeskSession | None
    values: Mapping[str, str]
    lists: Mapping[str, tuple[str, ...]]
    path: Mapping[str, str]
    client: str
    home: str
    token: str | None = None  # of the session's cookie
    files: Mapping[str, bytes] = field(default_factory=dict)  # that were uploaded, by field
    attempt: str = ""  # of the cookie of a sign-in by a provider
    groups: tuple[str, ...] = ()  # that the user may choose

    @property
    def user(self) -> User:
        """The signed-in user; only on pages that need one."""
        if self.session is None:
            raise RuntimeError("a page that needs a user was reached without one")
        return self.session.user

    @property
    def actor(self) -> Actor:
        """The signed-in user, for the audit trail."""
        return Actor(name=self.user.name, via="session", client=self.client)

    @property
    def now(self) -> datetime:
        """The time of the request."""
        return self.source.clock()


@dataclass(frozen=True, slots=True, kw_only=True)
class Download:
    """A file that the browser saves under a name."""

    name: str
    media_type: str
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class PageResponse:
    """The response of a page: a template with its values, a redirect, a file, or a framed message.

    `signed_in` sets the session cookie to this token; an empty one deletes it. `framed` is a
    rendered message for a sandboxed frame; a page with such frames sets `frames`. `provider`
    redirects to an address of the sign-in's provider, the only redirect to another host; `attempt`
    sets the cookie of such a sign-in, an empty one deletes it.
    """

    template: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)
    status: int = 200
    redirect: str | None = None
    download: Download | None = None
    signed_in: str | None = None
    framed: FramedMessage | None = None
    frames: bool = False
    provider: str | None = None
    attempt: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A route. `role` is the least role that may use it; None for everybody.

    `nav`: its name in the navigation; `order`: its place there; `in_menu`: it stands in the menu
    under the user's name, as what few people need each day does. `upload`: the most bytes of a form
    with a file; 0 where it has none.
    """

    path: str
    handler: Callable[[PageRequest], PageResponse]
    role: Role | None
    method: str = "GET"
    nav: str = ""
    order: int = 0
    in_menu: bool = False
    upload: int = 0


def not_found(why: str) -> PageResponse:
    """Return the page with status 404 and a reason."""
    return PageResponse(template="not-found.html", status=404, values={"why": why})


def as_sentence(error: Exception) -> str:
    """Return the message of an error as a sentence for a page."""
    text = str(error)
    return f"{text[:1].upper()}{text[1:]}."


def read_number(text: str, digits: int = 18) -> int | None:
    """Return the whole number of a text; None where it is not one, or has more digits."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= digits else None
