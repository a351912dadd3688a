"""Builds and reads the signed links by which a reader unsubscribes, mutes, or dismisses an item.

A link names its subscribers and its action and is signed (HMAC-SHA256, cut to 128 bits): whoever
has it may do that one thing, and it cannot be guessed. A GET changes nothing, because mail scanners
follow every link; only a POST does (RFC 8058).
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

from config.values.checks import is_channel
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

    `watch_key` is the watch that is muted, or for which the item `item_id` is not relevant.
    """

    action: Action
    subscriber_ids: tuple[int, ...]
    watch_key: str = ""
    item_id: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ReaderLinks:
    """Builds the links of one message.

    `home` is the public address of the service, `subscriber_ids` are those of the message.
    """

    home: str
    key: bytes = field(repr=False)
    subscriber_ids: tuple[int, ...] = ()

    def of(self, subscriber_ids: Sequence[int]) -> ReaderLinks:
        """Return the links of a message to these subscribers."""
        return replace(self, subscriber_ids=tuple(sorted(set(subscriber_ids))))

    @property
    def end(self) -> str:
        """The link that ends the subscriptions of this message."""
        return self._build_link(Control(action="end", subscriber_ids=self.subscriber_ids))

    def mute(self, watch_key: str) -> str:
        """Return the link that mutes a watch for a week."""
        return self._build_link(
            Control(action="mute", subscriber_ids=self.subscriber_ids, watch_key=watch_key)
        )

    def irrelevant(self, watch_key: str, item_id: int) -> str:
        """Return the link that marks an item as not relevant to a watch."""
        return self._build_link(
            Control(
                action="irrelevant",
                subscriber_ids=self.subscriber_ids,
                watch_key=watch_key,
                item_id=item_id,
            )
        )

    def _build_link(self, control: Control) -> str:
        return f"{self.home}{PATH}{token_of(control, self.key)}"


def links_for(
    unit: Unit, home: str | None, subscribers: Sequence[Subscriber]
) -> ReaderLinks | None:
    """Return the links of a message; None without a public address or for a channel.

    A channel has many readers, none of whom may unsubscribe the others.
    """
    key = unit.reader_requests.link_key()
    if home is None or key is None or any(is_channel(s.recipient) for s in subscribers):
        return None
    return ReaderLinks(home=home.rstrip("/"), key=key).of([s.subscriber_id for s in subscribers])


def end_of(links: ReaderLinks | None) -> str | None:
    """Return the unsubscribe link of a message; None if it has no links."""
    return None if links is None else links.end


def feed_path(watch_key: str, key: bytes) -> str:
    """Return the signed path of a watch's feed, which grants access to that feed."""
    return f"{FEEDS}{watch_key}/{_encode(_sign(f'feed:{watch_key}'.encode(), key))}.atom"


def is_feed_path(path: str, watch_key: str, key: bytes) -> bool:
    """Return whether `path` is the signed path of a watch's feed."""
    return hmac.compare_digest(path.encode(), feed_path(watch_key, key).encode())


def token_of(control: Control, key: bytes) -> str:
    """Encode and sign a control for use in a link; equal controls have equal tokens."""
    ids = ".".join(str(each) for each in control.subscriber_ids)
    payload = f"{_VERSION}:{control.action}:{ids}:{control.watch_key}:{control.item_id}".encode()
    return _encode(payload) + "." + _encode(_sign(payload, key))


def read_token(token: str, key: bytes) -> Control | None:
    """Return the control of a correctly signed token; None for any other text."""
    encoded, dot, encoded_signature = token.partition(".")
    if not dot or len(token) > _MAX_TOKEN:
        return None
    try:
        payload, signature = _decode(encoded), _decode(encoded_signature)
    except (Base64Error, ValueError):
        return None
    if not hmac.compare_digest(signature, _sign(payload, key)):
        return None
    version, action, ids, watch_key, item_id = payload.decode().split(":")
    if version != _VERSION or action not in get_args(Action):
        return None  # from another release
    return Control(
        action=action,  # type: ignore[arg-type]  # checked above
        subscriber_ids=tuple(int(each) for each in ids.split(".") if each),
        watch_key=watch_key,
        item_id=int(item_id),
    )


def _sign(payload: bytes, key: bytes) -> bytes:
    return hmac.new(key, payload, hashlib.sha256).digest()[:_SIGNED_BYTES]


def _encode(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode("ascii")


def _decode(text: str) -> bytes:
    if not text.isascii():
        raise ValueError("not base64")
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))
