"""Commands of an installation: set-up, service, database, users, demo."""
