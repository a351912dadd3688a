"""Briefings: changing, showing and sending them, for the pages and the API."""
