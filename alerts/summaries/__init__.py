"""Extractive summaries of events: whole sentences of the reports, each with its source. Pure."""
