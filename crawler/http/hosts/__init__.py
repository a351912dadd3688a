"""What is shared by the requests to one host: its lock, its slot, and whether it is out."""
