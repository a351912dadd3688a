"""The stories of one event as one entry of a message: what is joined, told when, and summarised."""
