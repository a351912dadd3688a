"""Alembic's entry point for `alembic revision --autogenerate`; the service does not use it."""

from __future__ import annotations

from alembic import context

from storage.engine.engine import make_engine
from storage.tables import metadata

engine = make_engine(context.get_x_argument(as_dictionary=True)["url"])
with engine.connect() as connection:
    context.configure(connection=connection, target_metadata=metadata, render_as_batch=True)
    with context.begin_transaction():
        context.run_migrations()
