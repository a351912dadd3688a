"""Shared by all commands: options, session, registration, failures and exit codes.

Imports nothing slow: shell completion runs it.
"""
