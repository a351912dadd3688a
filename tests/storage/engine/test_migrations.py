"""Migrations: equal to the tables, all or nothing, after a copy, and never backwards."""

from __future__ import annotations

import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import procrastinate
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, event, inspect, text
from sqlalchemy.exc import OperationalError

from storage.archive.items import Items
from storage.engine import schema_version as version
from storage.engine import upgrade as migrate
from storage.engine.engine import make_engine
from storage.errors import SchemaTooNew
from storage.store import open_store
from storage.tables import metadata
from tests.support.builders import NOW, an_article
from tests.support.sizes import size

NEXT = f'''"""A later schema, for tests."""

import sqlalchemy as sa
from alembic import op

revision = "9001"
down_revision = "{version.SCHEMAS[-1]}"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table("extra", sa.Column("id", sa.Integer, primary_key=True))
    with op.batch_alter_table("item") as item:
        item.add_column(sa.Column("mood", sa.Text(), nullable=True))
        item.alter_column("summary", new_column_name="teaser")
    op.create_index("ix_item_mood", "item", ["mood"])
'''


@pytest.fixture
def engine(empty_url: str) -> Iterator[Engine]:
    made = make_engine(empty_url)
    yield made
    made.dispose()


@pytest.fixture
def later_release(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A release with one migration more."""
    import storage.migrations.versions as shipped

    folder = tmp_path / "versions"
    folder.mkdir()
    (folder / "9001_next.py").write_text(NEXT)
    ours = Path(next(iter(shipped.__path__)))
    directory = migrate.load_migrations()
    directory.version_locations = [str(ours), str(folder)]
    monkeypatch.setattr(migrate, "load_migrations", lambda: directory)
    known = (*version.SCHEMAS, "9001")
    monkeypatch.setattr(version, "SCHEMAS", known)
    monkeypatch.setattr(migrate, "SCHEMAS", known)


def tables(engine: Engine) -> set[str]:
    with engine.connect() as connection:
        return set(inspect(connection).get_table_names())


def test_migrations_make_the_tables_of_this_release(engine: Engine) -> None:
    migrate.upgrade(engine)

    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection,
            opts={
                "compare_type": True,
                "target_metadata": metadata,
                # the full-text index, which is another thing on each database, and the tables of
                # procrastinate, which brings their definition itself
                "include_name": lambda name, kind, _of: (
                    kind != "table" or not str(name).startswith(("item_words", "procrastinate_"))
                ),
            },
        )
        assert compare_metadata(context, metadata) == []


def test_the_pinned_procrastinate_has_the_schema_that_migration_0020_made() -> None:
    # where this fails, add a migration that runs procrastinate's own scripts since 3.4
    scripts = Path(procrastinate.__file__).parent / "sql" / "migrations"
    assert max(path.name for path in scripts.glob("*.sql")) == (
        "03.04.00_50_post_add_retry_failed_job_procedure.sql"
    )


def test_the_schemas_that_are_known_are_the_migrations_that_exist() -> None:
    oldest_first = [script.revision for script in migrate.load_migrations().walk_revisions()][::-1]

    assert list(version.SCHEMAS) == oldest_first


def test_upgrading_twice_changes_nothing(engine: Engine, tmp_path: Path) -> None:
    migrate.upgrade(engine)
    migrate.upgrade(engine, backup_dir=tmp_path / "backups")

    assert not (tmp_path / "backups").exists()
    assert version.present_schema(engine) == version.SCHEMAS[-1]


def test_a_newer_schema_is_refused_and_left_alone(engine: Engine) -> None:
    migrate.upgrade(engine)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = 'f00d'"))

    for also in (True, False):
        with pytest.raises(SchemaTooNew, match=r"f00d.*install the release that wrote it"):
            open_store(engine.url.render_as_string(hide_password=False), migrate=also)

    with engine.connect() as connection:
        assert connection.scalar(text("SELECT version_num FROM alembic_version")) == "f00d"


@pytest.mark.usefixtures("later_release")
def test_an_upgrade_keeps_what_is_stored_and_copies_a_file_first(
    database_url: str, tmp_path: Path
) -> None:
    engine = make_engine(database_url)
    with engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO notice (key, text, since) VALUES ('k', 'kept', '2026-11-24 07:00:00')"
            )
        )
    item_id = an_item_in(engine)

    migrate.upgrade(engine, backup_dir=tmp_path / "backups")

    assert version.present_schema(engine) == "9001"
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT text FROM notice")) == "kept"
        assert connection.scalar(text("SELECT teaser FROM item")) == "teaser of old"
        # the copied table's rows were not taken for deleted ones
        assert connection.scalar(text("SELECT item_id FROM carrier")) == item_id
        if engine.dialect.name == "sqlite":
            assert connection.scalar(text("PRAGMA foreign_keys")) == 1
    engine.dispose()
    if database_url.startswith("sqlite"):
        [copy] = (tmp_path / "backups").iterdir()
        with closing(sqlite3.connect(copy)) as old:
            kept = old.execute("SELECT version_num FROM alembic_version").fetchall()
            assert kept == [(version.SCHEMAS[-2],)]  # that of this release, before the next one
            assert old.execute("SELECT text FROM notice").fetchall() == [("kept",)]


def an_item_in(engine: Engine) -> int:
    with engine.begin() as connection:
        items = Items(connection, writes=True)
        article = an_article(summary="teaser of old")
        return items.put(article, now=NOW, baseline=False).item_id


@pytest.mark.sized
@pytest.mark.parametrize("starts", ["empty", "older"])
def test_an_upgrade_that_fails_anywhere_leaves_what_was_there(
    starts: str, empty_url: str, request: pytest.FixtureRequest
) -> None:
    engine = make_engine(empty_url)
    if starts == "older":
        migrate.upgrade(engine)
        an_item_in(engine)
        request.getfixturevalue("later_release")
    before = tables(engine)
    fails_at = 0
    finished = False
    while not finished:
        fails_at += size(1, 13)
        assert fails_at < 500
        with failing(engine, fails_at):
            try:
                migrate.upgrade(engine)
                finished = True
            except OperationalError:
                pass
        if not finished:
            assert tables(engine) == before, f"after failing at statement {fails_at}"

    assert fails_at > 10
    assert version.present_schema(engine) == version.SCHEMAS[-1]
    engine.dispose()


@contextmanager
def failing(engine: Engine, at: int) -> Iterator[None]:
    """The database is gone at the n-th statement."""
    left = at

    def fail(*said: object) -> None:
        nonlocal left
        left -= 1
        if left == 0:
            raise OperationalError("no more", {}, Exception("the disk is gone"))

    event.listen(engine, "before_cursor_execute", fail)
    yield
    event.remove(engine, "before_cursor_execute", fail)


DIES = """
import os, signal, sys
from sqlalchemy import event
from storage.engine import upgrade
from storage.engine.engine import make_engine

engine = make_engine(sys.argv[1])
left = int(sys.argv[2])

def die(*said):
    global left
    left -= 1
    if left == 0:
        os.kill(os.getpid(), signal.SIGKILL)

event.listen(engine, "before_cursor_execute", die)
upgrade.upgrade(engine)
"""


@pytest.mark.slow
@pytest.mark.parametrize("at", [5, 12, 25, 40])
def test_an_upgrade_that_is_killed_leaves_nothing_and_is_made_up_for(
    at: int, empty_url: str
) -> None:
    ended = subprocess.run([sys.executable, "-c", DIES, empty_url, str(at)], check=False)
    assert ended.returncode == -signal.SIGKILL
    engine = make_engine(empty_url)
    assert tables(engine) == set()

    open_store(empty_url).close()

    assert version.present_schema(engine) == version.SCHEMAS[-1]
    engine.dispose()


@pytest.mark.slow
def test_two_that_open_a_new_database_at_once_make_one_schema(empty_url: str) -> None:
    opens = "import sys; from storage.store import open_store; open_store(sys.argv[1]).close()"
    both = [subprocess.Popen([sys.executable, "-c", opens, empty_url]) for _ in range(2)]

    assert [process.wait() for process in both] == [0, 0]
