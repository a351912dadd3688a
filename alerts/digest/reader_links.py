"""The links by which a reader ends, mutes or corrects what is sent: made and read here. Pure.

A link says whom it concerns and what it does, and is signed (HMAC-SHA256, cut to 128 bits): it
cannot be guessed, and it is the right to do that one thing. Following it changes nothing, as
programs that look into mail follow every link; only a POST does (RFC 8058).
"""

from __future__ import annotations

import hashlib
import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as Base64Error
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Literal, get_args

from config.values import is_channel
from storage.model import Subscriber
from storage.store import Unit

Action = Literal["end", "mute", "irrelevant"]

MUTED_FOR = timedelta(days=7)
PATH = "/c/"
FEEDS = "/feeds/"
_SIGNED_BYTES = 16
_MAX_TOKEN = 2_000  # characters
_VERSION = "1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Control:
    """What one link does, and for which subscribers.

    `watch_key` is of what is muted or was found; `item_id` is what is not relevant to it.
    """

    action: Action
    subscriber_ids: tuple[int, ...]
    watch_key: str = ""
    item_id: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ReaderLinks:
    """Makes the links of one message.

    `home` is the public address of the service, `subscriber_ids` those that the message is for.
    """

    home: str
    key: bytes = field(repr=False)
    subscriber_ids: tuple[int, ...] = ()

    def of(self, subscriber_ids: Sequence[int]) -> ReaderLinks:
        """The same for a message to these subscribers."""
        return replace(self, subscriber_ids=tuple(sorted(set(subscriber_ids))))

    @property
    def end(self) -> str:
        """Ends the subscriptions of this message."""
        return self._link(Control(action="end", subscriber_ids=self.subscriber_ids))

    def mute(self, watch_key: str) -> str:
        """Mutes a watch for a week."""
        return self._link(
            Control(action="mute", subscriber_ids=self.subscriber_ids, watch_key=watch_key)
        )

    def irrelevant(self, watch_key: str, item_id: int) -> str:
        """Says that an item is not what a watch is for."""
        return self._link(
            Control(
                action="irrelevant",
                subscriber_ids=self.subscriber_ids,
                watch_key=watch_key,
                item_id=item_id,
            )
        )

    def _link(self, control: Control) -> str:
        return f"{self.home}{PATH}{token_of(control, self.key)}"


def links_for(
    unit: Unit, home: str | None, subscribers: Sequence[Subscriber]
) -> ReaderLinks | None:
    """The links of a message; None where no public address is configured.

    What goes to a channel has none: many read it, and none of them may end it for the others.
    """
    key = unit.controls.key()
    if home is None or key is None or any(is_channel(s.recipient) for s in subscribers):
        return None
    return ReaderLinks(home=home.rstrip("/"), key=key).of([s.subscriber_id for s in subscribers])


def end_of(links: ReaderLinks | None) -> str | None:
    """The address that ends the subscriptions of a message, where it has links."""
    return None if links is None else links.end


def feed_path(watch_key: str, key: bytes) -> str:
    """Where the feed of a watch is served: not to be guessed, and the right to read that one."""
    return f"{FEEDS}{watch_key}/{_text(_signature(f'feed:{watch_key}'.encode(), key))}.atom"


def is_feed_path(path: str, watch_key: str, key: bytes) -> bool:
    """Whether this is the path of a watch's feed, by our signature."""
    return hmac.compare_digest(path.encode(), feed_path(watch_key, key).encode())


def token_of(control: Control, key: bytes) -> str:
    """The part of a link that says what it does; the same control has the same token."""
    ids = ".".join(str(each) for each in control.subscriber_ids)
    said = f"{_VERSION}:{control.action}:{ids}:{control.watch_key}:{control.item_id}".encode()
    return _text(said) + "." + _text(_signature(said, key))


def read_token(token: str, key: bytes) -> Control | None:
    """The control of a token that we signed; None for any other text."""
    said, dot, signature = token.partition(".")
    if not dot or len(token) > _MAX_TOKEN:
        return None
    try:
        told, signed = _bytes(said), _bytes(signature)
    except (Base64Error, ValueError):
        return None
    if not hmac.compare_digest(signed, _signature(told, key)):
        return None
    version, action, ids, watch_key, item_id = told.decode().split(":")
    if version != _VERSION or action not in get_args(Action):
        return None  # signed by another release
    return Control(
        action=action,  # type: ignore[arg-type]  # one of them, as was just asked
        subscriber_ids=tuple(int(each) for each in ids.split(".") if each),
        watch_key=watch_key,
        item_id=int(item_id),
    )


def _signature(said: bytes, key: bytes) -> bytes:
    return hmac.new(key, said, hashlib.sha256).digest()[:_SIGNED_BYTES]


def _text(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode("ascii")


def _bytes(text: str) -> bytes:
    if not text.isascii():
        raise ValueError("not base64")
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))
