"""Pages for readers: today, search, items."""
