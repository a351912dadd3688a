"""Pages of subscriptions and their readers."""
