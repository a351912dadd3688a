"""Which group declarations belong to, and what the members of a group may read."""
