"""What the service knows of its own state, and what the operator is told of it.

Reasons are sentences; see docs/deploy.md.
"""
