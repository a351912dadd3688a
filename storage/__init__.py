"""Storage: values, pure decisions, tables, repositories, migrations.

No SQLAlchemy type appears in a signature that another package uses.
"""
