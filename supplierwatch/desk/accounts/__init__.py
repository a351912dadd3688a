"""Users, passwords and tokens: what may be, and changes that record themselves."""
