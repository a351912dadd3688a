"""The steps of the service as jobs of procrastinate, for any number of workers on PostgreSQL.

One process leads: it reads the files and plans. Workers need the URL of the database alone.
"""
