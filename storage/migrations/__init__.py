"""Migrations with Alembic: from one schema version to the next. One file in `versions` for each."""
