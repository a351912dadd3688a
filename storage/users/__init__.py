"""Users of the desk: names, roles, password hashes, sessions and one-use links."""
