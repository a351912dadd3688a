"""Signing in, users, tokens."""
