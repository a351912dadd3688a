"""Cursors: where the next page begins, as opaque text that clients send back."""

from __future__ import annotations

import base64
import binascii
import re
from datetime import UTC, datetime, timedelta
from typing import Any

from storage.mentions.mention_pages import PagePosition
from supplierwatch.desk.api.parameters import LARGEST
from supplierwatch.desk.api.problem_details import bad_parameter

LONGEST = 100  # characters
_EPOCH = datetime(1, 1, 1, tzinfo=UTC)
_TICK = timedelta(microseconds=1)
_POSITION = re.compile(r"([0-9]{1,19})\.([0-9]{1,19})")
_ROW = re.compile(r"[0-9]{1,19}")


class PositionCursor:
    """The last mention of a page."""

    def read(self, name: str, text: str) -> PagePosition:
        """Return the position."""
        found = _POSITION.fullmatch(_decode(name, text))
        if found is None or int(found[2]) > LARGEST:
            raise _not_ours(name)
        try:
            seen = _EPOCH + int(found[1]) * _TICK
        except OverflowError:
            raise _not_ours(name) from None
        return PagePosition(seen, int(found[2]))

    def schema(self) -> dict[str, Any]:
        """Return the JSON Schema."""
        return _schema()


class RowCursor:
    """The number of the last row of a page."""

    def read(self, name: str, text: str) -> int:
        """Return the number."""
        found = _ROW.fullmatch(_decode(name, text))
        if found is None or int(found[0]) > LARGEST:
            raise _not_ours(name)
        return int(found[0])

    def schema(self) -> dict[str, Any]:
        """Return the JSON Schema."""
        return _schema()


def position_cursor(position: PagePosition) -> str:
    """Return the cursor of a position."""
    ticks = (position.seen_at.astimezone(UTC) - _EPOCH) // _TICK
    return _encode(f"{ticks}.{position.mention_id}")


def row_cursor(row: int) -> str:
    """Return the cursor of a row."""
    return _encode(str(row))


def _encode(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode("ascii")).decode("ascii").rstrip("=")


def _decode(name: str, text: str) -> str:
    if len(text) > LONGEST or not text.isascii():
        raise _not_ours(name)
    try:
        padded = text + "=" * (-len(text) % 4)
        return base64.b64decode(padded, altchars=b"-_", validate=True).decode("ascii")
    except (binascii.Error, ValueError):
        raise _not_ours(name) from None


def _not_ours(name: str) -> Exception:
    return bad_parameter(name, "it is not a cursor of this address: use that of `next`")


def _schema() -> dict[str, Any]:
    return {"type": "string", "minLength": 1, "maxLength": LONGEST}
