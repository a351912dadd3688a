"""Users, their tokens, the caller, and the audit trail."""
