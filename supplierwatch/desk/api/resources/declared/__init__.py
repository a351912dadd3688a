"""What the files of the configuration declare: watches, sources, subscriptions; and edits of it."""
