"""State shared by the requests to one host: its lock, its slot, its failures and rate limits."""
