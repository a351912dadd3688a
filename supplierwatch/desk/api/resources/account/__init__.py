"""Users, their tokens, who asks, and the audit trail."""
