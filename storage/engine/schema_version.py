"""Which schema a database has, told without Alembic: crawl children open the database often."""

from __future__ import annotations

from sqlalchemy import Engine, inspect, text

from storage.engine.engine import TO_READ, sqlite_file
from storage.errors import DatabaseUnusable, SchemaTooNew, SchemaTooOld

# every schema that this release can read or upgrade, oldest first; a test compares the migrations
SCHEMAS = ("0001", "0002", "0003", "0004", "0005", "0006", "0007", "0008", "0009", "0010", "0011")


def present_schema(engine: Engine) -> str | None:
    """The schema of a database; None for an empty one.

    Raises:
        SchemaTooNew: this release does not know it.
    """
    file = sqlite_file(engine)
    if file is not None and not file.exists():
        return None
    with engine.connect() as connection:
        connection = connection.execution_options(**TO_READ)
        if not inspect(connection).has_table("alembic_version"):
            return None
        present: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    if present is not None and present not in SCHEMAS:
        raise SchemaTooNew(
            f"the database has schema {present}, which this release does not know: "
            "install the release that wrote it, or restore a backup made by this one"
        )
    return present


def refuse_other_schema(engine: Engine) -> None:
    """Let only the newest schema pass.

    Raises:
        DatabaseUnusable: there is no file.
        SchemaTooNew: the database is of a newer release.
        SchemaTooOld: of an older one.
    """
    file = sqlite_file(engine)
    if file is not None and not file.exists():
        raise DatabaseUnusable(f"there is no database at {file}: `supplierwatch run` makes one")
    present = present_schema(engine)
    if present != SCHEMAS[-1]:
        raise SchemaTooOld(
            f"the database has schema {present or 'none'}, this release needs {SCHEMAS[-1]}: "
            "run `supplierwatch db upgrade`"
        )
