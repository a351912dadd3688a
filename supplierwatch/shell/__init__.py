"""What all commands share: options, session, registration, failures and exit codes.

Imports nothing slow: completion runs it.
"""
