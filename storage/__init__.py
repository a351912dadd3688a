"""What the system remembers: values, pure decisions, tables, transactions, migrations.

Never: SQLAlchemy types in another package's signature.
"""
