"""Reads the schema version without Alembic: crawl processes open the database often."""

from __future__ import annotations

from sqlalchemy import Engine, inspect, text

from storage.engine.engine import READ_ONLY, sqlite_file
from storage.errors import DatabaseUnusable, SchemaTooNew, SchemaTooOld

# schemas that this release can upgrade, oldest first; a test compares them with the migrations
SCHEMAS = tuple(f"{number:04}" for number in range(1, 30))


def present_schema(engine: Engine) -> str | None:
    """Return the schema version of a database; None for an empty one.

    Raises:
        SchemaTooNew: this release does not know the version.
    """
    file = sqlite_file(engine)
    if file is not None and not file.exists():
        return None
    with engine.connect() as connection:
        connection = connection.execution_options(**READ_ONLY)
        if not inspect(connection).has_table("alembic_version"):
            return None
        present: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    if present is not None and present not in SCHEMAS:
        raise SchemaTooNew(
            f"the database has schema {present}, which this release does not know: "
            "install the release that wrote it, or restore a backup that this release made"
        )
    return present


def refuse_other_schema(engine: Engine) -> None:
    """Check that a database has the newest schema.

    Raises:
        DatabaseUnusable: there is no file.
        SchemaTooNew: the schema is of a newer release.
        SchemaTooOld: the schema is of an older release.
    """
    file = sqlite_file(engine)
    if file is not None and not file.exists():
        raise DatabaseUnusable(f"there is no database at {file}: `supplierwatch run` creates one")
    present = present_schema(engine)
    if present != SCHEMAS[-1]:
        raise SchemaTooOld(
            f"the database has schema {present or 'none'}, this release needs {SCHEMAS[-1]}: "
            "run `supplierwatch db upgrade`"
        )
