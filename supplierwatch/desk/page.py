"""What a page of the desk is made of: its routes, what a request carries, what it answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from alerts.digest.context import TellingContext
from storage.model import Actor, DeskSession, Role, User
from storage.store import Store
from supplierwatch.desk.framed_message import FramedMessage
from supplierwatch.desk.jobs import Jobs
from supplierwatch.health.recent_errors import LoggedError
from supplierwatch.wiring import CompiledConfiguration

MAX_VALUE = 8_000  # characters of a field of a form; more is cut off


class DeskSource(Protocol):
    """What the desk shows: the archive, the configuration in force, the state of the service."""

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

    jobs: Jobs
    note: str  # a sentence at the top of each page

    def report(self) -> Mapping[str, Any]:
        """Return the state of the service, as /health shows it to this machine."""
        ...

    def send_now(self, subscription: str) -> int:
        """Compose and send what is pending for a subscription; return how many messages.

        It may take as long as its messages take.
        """
        ...

    def recent_errors(self) -> Sequence[LoggedError]:
        """Return the last warnings and errors of the log, the newest first."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One request: who asks, for what, with which values.

    `session` is None on pages that need no user. `values` are those of the form or the query
    string; where a name occurs twice, the last; `lists` has all of them. `path` are the values in
    the path. `home` is the address of the desk for whoever asks, without a slash at its end.
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

    @property
    def user(self) -> User:
        """The user who asks; only on pages that need one."""
        if self.session is None:
            raise RuntimeError("a page that needs a user was reached without one")
        return self.session.user

    @property
    def actor(self) -> Actor:
        """The user who asks, for the audit trail."""
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
class Shown:
    """An answer: a template with its values, a redirect, a file, or a document in a frame.

    `signed_in` sets the cookie to this token; an empty one deletes it. `framed` is a rendered
    message, which is shown in a frame of its own where nothing runs; a page that has such frames
    says so by `frames`. `provider` leads to an address of the sign-in's provider, the only one that
    is not the desk's own; `attempt` sets the cookie of such a sign-in, an empty one deletes it.
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
    answer: Callable[[Visit], Shown]
    role: Role | None
    method: str = "GET"
    nav: str = ""
    order: int = 0
    in_menu: bool = False
    upload: int = 0


def missing(why: str) -> Shown:
    """Return the page that says why there is nothing at an address."""
    return Shown(template="missing.html", status=404, values={"why": why})


def read_number(text: str, digits: int = 18) -> int | None:
    """Return the whole number of a text; None where it is none, or has more digits."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= digits else None
