"""TOML files as validated tables with line numbers: syntax, keys and types, references.

Problems are collected, not raised. Start at `reading.read_tables`.
"""
