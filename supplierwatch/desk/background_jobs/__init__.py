"""Work of the desk that takes longer than a request, and what starts it."""
