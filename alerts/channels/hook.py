"""The channel for services over HTTP: sends the stored body and interprets the response.

Each service has a file of its own in this folder, which formats messages and interprets responses.
Those files are pure; requests are sent here only.
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

# from a gateway, which may have passed the request on
_UNKNOWN = frozenset({502, 504})
_PAUSED = frozenset({401, 402, 403, 404, 405, 407, 410})
_LATER = frozenset({408, 425, 429})


class HttpService(Protocol):
    """A service. A [[channel]] of it must have the keys `needs` and may have the keys `takes`."""

    name: str
    needs: frozenset[str]
    takes: frozenset[str]
    default_url: str | None

    def compose(self, rendered: Rendered, envelope: Envelope, identity: str) -> bytes:
        """Build the body that is stored; `identity` is the same at every attempt."""
        ...

    def request(self, settings: ChannelSettings, message: OutboxMessage) -> Request:
        """Build the request that sends a stored body."""
        ...

    def interpret(self, answer: HttpAnswer) -> Receipt | None:
        """Return the receipt where the status alone is not enough; None if it is."""
        ...


class HookChannel:
    """A declared channel to a service over HTTP.

    Args:
        kind: formats messages and interprets responses.
        settings: those of the channel, with its secret.
        client: sends the requests.
    """

    def __init__(self, kind: HttpService, settings: ChannelSettings, client: Client) -> None:
        self.name = settings.key
        self._kind = kind
        self._settings = settings
        self._client = client

    def send(self, message: OutboxMessage) -> Receipt:
        """Try once to deliver `message` and return the outcome."""
        try:
            answer = self._client.send(self._kind.request(self._settings, message))
        except NotSent as error:
            return Receipt(outcome="paused" if error.wrong else "deferred", detail=str(error))
        except NoAnswer as error:
            return Receipt(outcome="unknown", detail=str(error))
        return self._kind.interpret(answer) or receipt_for_status(answer)

    def close(self) -> None:
        """Do nothing: no connection is kept open."""


def receipt_for_status(answer: HttpAnswer) -> Receipt:
    """Interpret a response by its status (RFC 9110, 15). Pure.

    401, 403, 404 and the like concern the channel, not the message: the channel is paused. A
    redirect is not followed and pauses it too: the URL is wrong.
    """
    status, text = answer.status, answer_text(answer)
    if 200 <= status < 300:
        return Receipt(outcome="delivered", code=status, detail=text)
    if 300 <= status < 400:
        target = line(answer.headers.get("location", ""), 120)
        return Receipt(
            outcome="paused", code=status, detail=f"it redirects to {target}: write that address"
        )
    if status in _UNKNOWN:
        return Receipt(outcome="unknown", detail=f"{status} {text}")
    if status in _LATER or status >= 500:
        return Receipt(outcome="deferred", code=status, detail=text)
    if status in _PAUSED:
        return Receipt(outcome="paused", code=status, detail=f"{status} {text}".strip())
    if status >= 400:
        return Receipt(outcome="refused", code=status, detail=text)
    return Receipt(outcome="unknown", detail=f"not an answer: {status}")


def answer_text(answer: HttpAnswer) -> str:
    """Return the start of a response body, as one line of at most 200 characters."""
    return line(answer.body[:400].decode("utf-8", "replace"), 200)


def parse_json(answer: HttpAnswer) -> Mapping[str, Any]:
    """Return the JSON object in a response; empty if there is none."""
    try:
        value = json.loads(answer.body)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def encode_json(value: object) -> bytes:
    """Encode a value as JSON; equal values give equal bytes."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")


def post_json(url: str, body: bytes, **headers: str) -> Request:
    """Build a POST request with a JSON body."""
    default = {"Content-Type": "application/json; charset=utf-8", "User-Agent": "supplierwatch"}
    return Request(method="POST", url=url, headers=default | headers, body=body)
