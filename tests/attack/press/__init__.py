"""Attacks by what the press publishes: feeds, listings and pages."""
