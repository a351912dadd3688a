"""Watches: the list, the editor, its history."""
