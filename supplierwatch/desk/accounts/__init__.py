"""Users, passwords and tokens: their checks, and their changes with the audit trail."""
