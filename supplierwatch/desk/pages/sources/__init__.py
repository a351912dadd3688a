"""Sources and their state."""
