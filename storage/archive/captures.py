"""Repository of captured HTTP responses and of evidence exports."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, insert, select

from storage.engine.damage import read_each
from storage.engine.dialect import lock_task, upsert
from storage.model import FetchedPage
from storage.tables import capture, evidence_export

MAX_HEADERS = 64
MAX_HEADER_BYTES = 8_192  # total
MAX_LISTED = 50  # captures of one item
_EXCLUDED = frozenset(("set-cookie", "set-cookie2"))  # session data, not evidence


@dataclass(frozen=True, slots=True, kw_only=True)
class Capture:
    """The HTTP response that a text was extracted from. `body` is None where it was not stored."""

    item_id: int
    revision: int
    requested_url: str
    url: str
    status: int
    headers: tuple[tuple[str, str], ...]
    fetched_at: datetime
    body_sha256: str
    body_bytes: int
    body: bytes | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedExport:
    """An evidence export. `number` counts exports from 1."""

    number: int
    made_at: datetime
    manifest_sha256: str
    mentions: int


class Captures:
    """Reads and writes captures and exports, within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def put(self, item_id: int, revision: int, page: FetchedPage, *, with_body: bool) -> None:
        """Store the response of a text; it replaces an earlier response of the same revision."""
        values = {
            "item_id": item_id,
            "revision": revision,
            "requested_url": page.requested_url,
            "url": page.final_url,
            "status": page.status,
            "headers": [list(pair) for pair in bound_headers(page.headers)],
            "fetched_at": page.fetched_at,
            "body_sha256": hashlib.sha256(page.body).hexdigest(),
            "body_bytes": len(page.body),
            "body": gzip.compress(page.body, 6, mtime=0) if with_body else None,
        }
        upsert(self._db, capture, values, [capture.c.item_id, capture.c.revision])

    def of_item(self, item_id: int) -> tuple[Capture, ...]:
        """Return the captures of an item, by revision."""
        found = self._db.execute(
            select(capture).where(capture.c.item_id == item_id).order_by(capture.c.revision)
        )
        return tuple(
            _read_capture(row, None if row.body is None else gzip.decompress(row.body))
            for row in found
        )

    def list_without_bodies(self, item_id: int) -> tuple[tuple[Capture, bool], ...]:
        """Return (capture without its body, whether the body is stored), the newest first."""
        columns = [column for column in capture.c if column.name != "body"]
        found = (
            select(*columns, capture.c.body.is_not(None).label("kept"))
            .where(capture.c.item_id == item_id)
            .order_by(capture.c.revision.desc())
            .limit(MAX_LISTED)
        )
        return tuple(
            read_each(
                self._db,
                found,
                lambda row: (_read_capture(row, None), bool(row.kept)),
                table="capture",
            )
        )

    def last_export(self) -> RecordedExport | None:
        """Return the newest evidence export; None where there is none."""
        newest = select(evidence_export).order_by(evidence_export.c.number.desc()).limit(1)
        row = self._db.execute(newest).one_or_none()
        return None if row is None else RecordedExport(**row._mapping)

    def record_export(
        self,
        made_at: datetime,
        manifest_sha256: str,
        mentions: int,
        *,
        after: RecordedExport | None,
    ) -> bool:
        """Record an export, whose hash the next one contains.

        Returns:
            False, and nothing is recorded, where `after` is not the newest export.
        """
        lock_task(self._db, "evidence")
        if self.last_export() != after:
            return False
        values = {"made_at": made_at, "manifest_sha256": manifest_sha256, "mentions": mentions}
        self._db.execute(insert(evidence_export).values(values))
        return True


def bound_headers(headers: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """Limit headers to `MAX_HEADERS` and `MAX_HEADER_BYTES`, without cookies."""
    kept, size = [], 0
    for name, value in headers[:MAX_HEADERS]:
        size += len(name) + len(value)
        if name.lower() in _EXCLUDED:
            continue
        if size > MAX_HEADER_BYTES:
            break
        kept.append((name, value))
    return kept


def _read_capture(row: Row[*tuple[Any, ...]], body: bytes | None) -> Capture:
    return Capture(
        item_id=row.item_id,
        revision=row.revision,
        requested_url=row.requested_url,
        url=row.url,
        status=row.status,
        headers=tuple((name, value) for name, value in row.headers),
        fetched_at=row.fetched_at,
        body_sha256=row.body_sha256,
        body_bytes=row.body_bytes,
        body=body,
    )
