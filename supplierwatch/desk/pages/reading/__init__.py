"""What readers look at: today, search, items."""
