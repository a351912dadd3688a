"""Health of the service: checks, reasons, and messages to the operator.

Reasons are sentences; see docs/deploy.md.
"""
