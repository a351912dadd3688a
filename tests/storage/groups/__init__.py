"""Groups in the database."""
