"""Repositories of mentions: where watches matched items and the text around them, and how many."""
