"""Indexes: many watches for one item, and one query over the archive's full-text index.

An index selects candidates; evaluation decides.
"""
