"""Copies all tables in the order of their references; an interrupted copy is continued.

Rows are written in the order of their keys, batch by batch, so that an interrupted copy leaves the
beginning of each table; anything else in the target is other data. The full-text index is not
copied: it differs between the databases, and the service fills it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice

from sqlalchemy import Connection, Engine, func, select, text, update
from sqlalchemy.exc import DBAPIError

from storage.copying.raw_table import RawTable, Row, RowHash
from storage.engine.engine import READ_ONLY
from storage.errors import CopyFailed, explain_error
from storage.tables import index_state, item, metadata, pending_index

BATCH_ROWS = 500
BATCH_BYTES = 8_000_000
# state of the full-text index, which is built again
EXCLUDED_TABLES = frozenset({index_state.name, pending_index.name})

# table, rows done, rows of the table
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class CopiedTable:
    """A table that was copied. `copied`: rows that the target did not have before."""

    name: str
    rows: int
    copied: int
    sha256: str


@dataclass(slots=True, kw_only=True)
class _PartialTable:
    """The rows of a table that the target has: their hash, and the key of the last one."""

    table: RawTable
    total: int
    hash: RowHash = field(default_factory=RowHash)
    last: Row | None = None


def copy_database(
    source: Engine, target: Engine, progress: Progress = lambda _table, _done, _total: None
) -> tuple[CopiedTable, ...]:
    """Copy what the target does not have yet, and compare both sides.

    No service may use either, and both have the newest schema.

    Raises:
        CopyFailed: the target has other data (nothing was written), a row cannot be copied, or the
            two sides differ at the end.
        DatabaseUnusable: a database cannot be read or written; the copy can be continued.
    """
    tables = [RawTable(each) for each in metadata.sorted_tables if each.name not in EXCLUDED_TABLES]
    with _open_snapshot(source) as reading:
        partial = [_compare_beginnings(reading, target, table) for table in tables]
        copied = tuple(_copy_table(reading, target, each, progress) for each in partial)
    with _explain_errors(target), target.begin() as connection:
        _mark_for_indexing(connection)
        _set_sequences(connection)
    for table, done in zip(tables, copied, strict=True):
        _verify(target, table, done)
    return copied


@contextmanager
def _open_snapshot(engine: Engine) -> Iterator[Connection]:
    with _explain_errors(engine), engine.connect() as plain:
        connection = plain.execution_options(**READ_ONLY)
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            connection.exec_driver_sql("SET TRANSACTION READ ONLY")
        yield connection


@contextmanager
def _explain_errors(engine: Engine) -> Iterator[None]:
    try:
        yield
    except DBAPIError as error:
        raise explain_error(error, engine.url) from error


def _compare_beginnings(reading: Connection, target: Engine, table: RawTable) -> _PartialTable:
    """Hash the rows that the target has; raise CopyFailed unless the table begins with them."""
    partial = _PartialTable(table=table, total=table.count(reading))
    in_target = RowHash()
    with _open_snapshot(target) as connection:
        for row in _read_rows(table, connection):
            in_target.add(row)
    if in_target.rows:
        for row in islice(_read_rows(table, reading), in_target.rows):
            partial.hash.add(row)
            partial.last = table.key_of(row)
    if in_target.hexdigest() != partial.hash.hexdigest():
        raise CopyFailed(
            f"the target has other data in {table.name}; nothing was written: copy into an empty "
            "database, or continue a copy whose source was not changed in between"
        )
    return partial


def _copy_table(
    reading: Connection, target: Engine, partial: _PartialTable, progress: Progress
) -> CopiedTable:
    table, before = partial.table, partial.hash.rows
    batch: list[Row] = []
    size = 0
    progress(table.name, before, partial.total)
    for row in _read_rows(table, reading, after=partial.last):
        size += partial.hash.add(row)
        batch.append(row)
        if len(batch) >= BATCH_ROWS or size >= BATCH_BYTES:
            _write_rows(table, target, batch)
            progress(table.name, partial.hash.rows, partial.total)
            batch, size = [], 0
    if batch:
        _write_rows(table, target, batch)
    progress(table.name, partial.hash.rows, partial.total)
    rows = partial.hash.rows
    return CopiedTable(
        name=table.name, rows=rows, copied=rows - before, sha256=partial.hash.hexdigest()
    )


def _read_rows(
    table: RawTable, connection: Connection, *, after: Row | None = None
) -> Iterator[Row]:
    try:
        yield from table.read(connection, after=after)
    except (ValueError, TypeError, OverflowError) as error:
        raise CopyFailed(
            f"a row of {table.name} cannot be read: {error}; `supplierwatch db check` says whether "
            "the file is damaged"
        ) from error


def _write_rows(table: RawTable, target: Engine, rows: list[Row]) -> None:
    try:
        with target.begin() as connection:
            table.write(connection, rows)
    except DBAPIError as error:
        unusable = explain_error(error, target.url)
        raise CopyFailed(
            f"{table.name}: {unusable}; the same command continues the copy"
        ) from error


def _mark_for_indexing(connection: Connection) -> None:
    """Have the service index all items: until then each is a candidate of every search."""
    highest = connection.scalar(select(func.max(item.c.id))) or 0
    connection.execute(update(index_state).values(spelling=0, unread_below=int(highest) + 1))


def _set_sequences(connection: Connection) -> None:
    """Set PostgreSQL's sequences to the highest keys; SQLite needs none."""
    if connection.dialect.name != "postgresql":
        return
    for table in metadata.sorted_tables:
        key = table.autoincrement_column
        if key is None:
            continue
        names = {"table": table.name, "column": key.name}
        sequence = connection.scalar(text("SELECT pg_get_serial_sequence(:table, :column)"), names)
        highest = connection.scalar(select(func.max(key)))
        if sequence is not None and highest is not None:
            values = {"sequence": sequence, "highest": highest}
            connection.execute(text("SELECT setval(:sequence, :highest)"), values)


def _verify(target: Engine, table: RawTable, done: CopiedTable) -> None:
    in_target = RowHash()
    with _open_snapshot(target) as connection:
        for row in _read_rows(table, connection):
            in_target.add(row)
    if (in_target.rows, in_target.hexdigest()) != (done.rows, done.sha256):
        raise CopyFailed(
            f"{table.name} differs: {done.rows} rows with the hash {done.sha256[:12]} were read, "
            f"{in_target.rows} with {in_target.hexdigest()[:12]} were written; do not use the "
            "target"
        )
