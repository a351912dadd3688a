"""Grouping of reports on one event that were written independently of one another. Pure."""
