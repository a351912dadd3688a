"""Terminal and JSON output of the commands. No decisions, no database."""
