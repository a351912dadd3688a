"""Grouping of reports that were written independently of one another into events. Pure."""
