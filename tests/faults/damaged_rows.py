"""One row in each table that a program could have written, and values that none would write."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Boolean, Column, Date, DateTime, Engine, Float, Integer, LargeBinary, Table
from sqlalchemy import insert as insert_into

from storage.engine.column_types import JsonText, UtcDateTime
from storage.tables import metadata

DAY = timedelta(days=1)
# of PostgreSQL alone, or of one row that a migration wrote
ELSEWHERE = frozenset({"configuration", "host_slot", "index_state"})
TABLES = {table.name: table for table in metadata.sorted_tables if table.name not in ELSEWHERE}
# whose row is damaged where the first one is an innocent's
VICTIM = {
    "desk_user": "name = 'editor'",
    "desk_session": "user_id = (SELECT id FROM desk_user WHERE name = 'editor')",
    "subscriber": "recipient = 'comms@trust.example'",
}
HASH = "5e" * 32


def odd_values(column: Column[Any]) -> tuple[str, ...]:
    """SQL literals of what a fault of a disk or an edit by hand may leave in a column."""
    match column.type:
        case JsonText():
            return ("'{x'", "'null'", "'[[1]]'", "12")
        case UtcDateTime() | DateTime() | Date():
            return ("'rubbish'", "'0001-01-01 00:00:00.000000'", "'9999-12-31 23:59:59'", "12345")
        case LargeBinary():
            return ("'text'", "12")
        case Boolean():
            return ("'x'",)
        case Integer() | Float():
            return ("'many'", "9223372036854775807")
    return ("CAST(x'ff' AS TEXT)", "x'ff00'", "printf('%.*c', 300000, 'x')")


def columns_of(table: Table) -> list[Column[Any]]:
    """The columns that can be damaged: other rows refer to a number by which it is known."""
    return [column for column in table.columns if column.name != "id"]


def fill(engine: Engine, table: Table, now: datetime) -> None:
    """Put a row into a table that has none; it is about the first item, or the editor's."""
    with engine.begin() as connection:
        if connection.exec_driver_sql(f"SELECT count(*) FROM {table.name}").scalar() == 0:
            connection.execute(insert_into(table).values(**_rows(now)[table.name]))


def _rows(now: datetime) -> Mapping[str, dict[str, Any]]:
    about = {"item_id": 1}
    editor = {"user_id": 2}
    made = {"created_at": now}
    later = {"expires_at": now + 2 * DAY}
    return {
        "aside": {**about, **made, "watch_key": "corvid", "watch_version": 1, "rule": "recurring",
                  "source_key": "ward-ledger", "block_key": HASH, "detail": "", "text": "Corvid",
                  "spans": [[0, 6]], "baseline": False},
        "aside_telling": {**made, "subscriber_id": 1, "aside_id": 1},
        "briefing": {**editor, "title": "June", "introduction": "", "made_at": now,
                     "changed_at": now},
        "briefing_entry": {**about, "briefing_id": 1, "position": 1, "comment": "Ask them."},
        "capture": {**about, "revision": 1, "requested_url": "https://a.example/", "status": 200,
                    "url": "https://a.example/", "headers": [["a", "b"]], "fetched_at": now,
                    "body_sha256": HASH, "body_bytes": 12},
        "declared_group": {"kind": "watch", "key": "former", "group_key": "northgate"},
        "desk_answer": {**editor, **later, "key_hash": HASH, "request_hash": HASH, "status": 201,
                        "document": "{}"},
        "desk_identity": {**editor, **made, "issuer": "https://id.example", "subject": "s"},
        "desk_link": {**editor, **made, **later, "token_hash": HASH},
        "desk_mute": {**editor, "kind": "watch", "subscription_key": "", "watch_key": "corvid",
                      "supplier_key": "", "source_key": "", "made_at": now, "until": now + DAY},
        "desk_token": {**editor, **made, **later, "token_hash": HASH, "label": "l",
                       "scopes": "read"},
        "desk_used_state": {**later, "state_hash": HASH},
        "dismissed_proposal": {"watch_key": "corvid", "kind": "case", "target": "corvid",
                               "weight": 3, "actor": "ruth", "at": now},
        "event_apart": {**about, "other_id": 2},
        "evidence_export": {"made_at": now, "manifest_sha256": HASH, "mentions": 1},
        "feedback": {**about, "subscriber_id": 1, "watch_key": "corvid", "given_at": now},
        "group_member": {**editor, "group_key": "default", "seen_mention_id": 0},
        "hub_subscription": {"source_key": "ward-ledger", "hub": "https://hub.example/",
                             "topic": "https://ward-ledger.example/feed", "token": "t",
                             "secret": "s", "state": "active", "next_at": now, "failures": 0},
        "item_mark": {**about, **editor, "kind": "note", "text": "Ask them.", "watch_key": "",
                      "made_at": now},
        "item_reading": {**about, **editor, "is_read": True, "mention_id": 1, "at": now},
        "item_revision": {**about, "number": 2, "title": "t", "summary": "s", "body": "b",
                          "content_hash": HASH, "fetched_at": now},
        "mute": {"subscriber_id": 1, "watch_key": "corvid", "until": now + DAY},
        "notice": {"key": "source:ward-ledger:thin", "text": "t", "since": now},
        "pause": {"channel": "slack", "reason": "no login", "since": now},
        "pending_index": about,
        "pending_match": {**about, "ready_at": now},
        "pending_telling": {**made, "subscriber_id": 1, "mention_id": 1,
                            "revision": int(now.timestamp()),
                            "what": "new"},
        "poll": {"source_key": "ward-ledger", "first_at": now, "last_at": now, "polls": 1,
                 "outcome": "ok", "listed": 1, "new": 1, "completed": 1, "revised": 0,
                 "duplicate": 0, "read": 1, "thin": 0},
        "quarantine": {"task": "match", "subject": "1", "attempts": 1, "last_error": "x",
                       "first_at": now, "last_at": now, "retry_at": now},
        "robots": {"host": "ward-ledger.example", "fetched_at": now, "status": 200, "body": ""},
        "run": {"run_id": "r", "source_keys": ["ward-ledger"], "started_at": now},
        "site": {"host": "ward-ledger.example", "memory": b"", "learned_at": now},
    }  # fmt: skip


@contextmanager
def damaged(database: str, table: Table, column: str, literal: str) -> Iterator[bool]:
    """Have an odd value in a column of a row; False where the database refuses it.

    Afterwards the row is as it was, whatever has become of it meanwhile.
    """
    key = ", ".join(one.name for one in table.primary_key)
    names = ", ".join(one.name for one in table.columns)
    which = VICTIM.get(table.name, "true")
    with closing(_open(database)) as db:
        chosen = f"SELECT {key} FROM {table.name} WHERE {which} ORDER BY {key} LIMIT 1"
        found = f"SELECT {names} FROM {table.name} WHERE ({key}) IN ({chosen})"
        [saved] = db.execute(found).fetchall()
        try:
            db.execute(f"UPDATE {table.name} SET {column} = {literal} WHERE ({key}) IN ({chosen})")
        except sqlite3.IntegrityError:
            saved = None
    try:
        yield saved is not None
    finally:
        if saved is not None:
            with closing(_open(database)) as db:
                _restore(db, table, column, literal, saved)


def _restore(
    db: sqlite3.Connection, table: Table, column: str, literal: str, saved: Sequence[Any]
) -> None:
    """Put a row back, by its key: the service may have changed any other column of it."""
    by_name = dict(zip((one.name for one in table.columns), saved, strict=True))
    known = {one.name: by_name[one.name] for one in table.primary_key}
    db.execute(f"DELETE FROM {table.name} WHERE {_equal(known)}", list(known.values()))
    if column in known:  # where it is still of the odd value
        rest = {name: value for name, value in known.items() if name != column}
        which = " AND ".join(filter(None, [f"{column} IS {literal}", _equal(rest)]))
        db.execute(f"DELETE FROM {table.name} WHERE {which}", list(rest.values()))
    into = f"INSERT OR REPLACE INTO {table.name} ({', '.join(by_name)})"
    db.execute(f"{into} VALUES ({', '.join('?' * len(saved))})", saved)


def _equal(values: Mapping[str, Any]) -> str:
    return " AND ".join(f"{name} IS ?" for name in values)


def _open(database: str) -> sqlite3.Connection:
    """A connection on which no row refers to another."""
    db = sqlite3.connect(database, timeout=60, isolation_level=None)
    db.execute("PRAGMA foreign_keys = OFF")
    return db
