"""What channels over HTTP have in common: sending what was frozen, and telling outcomes apart.

A file beside this one is a kind of channel: how a message is put for that service, and how its
answers are to be read. It is pure; the sending is done here, by the one gated client.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Protocol

from alerts.channels.http import Client, HttpAnswer, NoAnswer, NotSent, Request
from alerts.messages.mime import Envelope
from alerts.messages.render import Rendered
from alerts.text.sanitize import line
from config.model import ChannelSettings
from storage.model import OutboxMessage, Receipt

# may have been passed on by what stands before the service
_UNKNOWN = frozenset({502, 504})
_PAUSED = frozenset({401, 402, 403, 404, 405, 407, 410})
_LATER = frozenset({408, 425, 429})


class HttpService(Protocol):
    """One service. `needs` are the keys that a [[channel]] of it must have; `secret` among them."""

    name: str
    needs: frozenset[str]
    takes: frozenset[str]
    default_url: str | None

    def compose(self, rendered: Rendered, envelope: Envelope, identity: str) -> bytes:
        """The frozen body of the request; `identity` is the same at every attempt."""
        ...

    def request(self, place: ChannelSettings, message: OutboxMessage) -> Request:
        """The request that sends a frozen body."""
        ...

    def understood(self, answer: HttpAnswer) -> Receipt | None:
        """What the service means where its status does not say it; None for the usual meaning."""
        ...


class HookChannel:
    """A channel of some kind at some place.

    Args:
        kind: how the service is spoken to.
        place: where, with its secret.
        client: the way out.
    """

    def __init__(self, kind: HttpService, place: ChannelSettings, client: Client) -> None:
        self.name = place.key
        self._kind = kind
        self._place = place
        self._client = client

    def send(self, message: OutboxMessage) -> Receipt:
        """Try once."""
        try:
            answer = self._client.send(self._kind.request(self._place, message))
        except NotSent as error:
            return Receipt(outcome="paused" if error.wrong else "deferred", detail=str(error))
        except NoAnswer as error:
            return Receipt(outcome="unknown", detail=str(error))
        return self._kind.understood(answer) or usual(answer)

    def rest(self) -> None:
        """Nothing is kept open."""


def usual(answer: HttpAnswer) -> Receipt:
    """What an answer means by its status (RFC 9110, 15). Pure.

    401, 403, 404 and their like are of the place, not of the message: the channel is paused. A
    redirect is not followed; it says that the address is wrong.
    """
    status, said = answer.status, words_of(answer)
    if 200 <= status < 300:
        return Receipt(outcome="delivered", code=status, detail=said)
    if 300 <= status < 400:
        where = line(answer.headers.get("location", ""), 120)
        return Receipt(
            outcome="paused", code=status, detail=f"it leads elsewhere ({where}), write that"
        )
    if status in _UNKNOWN:
        return Receipt(outcome="unknown", detail=f"{status} {said}")
    if status in _LATER or status >= 500:
        return Receipt(outcome="deferred", code=status, detail=said)
    if status in _PAUSED:
        return Receipt(outcome="paused", code=status, detail=f"{status} {said}".strip())
    if status >= 400:
        return Receipt(outcome="refused", code=status, detail=said)
    return Receipt(outcome="unknown", detail=f"not an answer: {status}")


def words_of(answer: HttpAnswer) -> str:
    """What a service says beside its status, in one line."""
    return line(answer.body[:400].decode("utf-8", "replace"), 200)


def json_of(answer: HttpAnswer) -> Mapping[str, Any]:
    """The object that an answer holds; empty where it holds none."""
    try:
        said = json.loads(answer.body)
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}


def as_json(value: object) -> bytes:
    """A frozen body; the same value is the same bytes."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")


def post_json(url: str, body: bytes, **headers: str) -> Request:
    """A POST of a frozen body."""
    said = {"Content-Type": "application/json; charset=utf-8", "User-Agent": "supplierwatch"}
    return Request(method="POST", url=url, headers=said | headers, body=body)
