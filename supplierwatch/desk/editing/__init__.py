"""Edits of the configuration by the desk: of its files, of watches with previews, and of tables."""
