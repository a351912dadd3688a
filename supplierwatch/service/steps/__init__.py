"""The steps that keep state of their own: telling, delivery and pruning."""
