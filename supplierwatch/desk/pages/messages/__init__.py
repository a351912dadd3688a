"""Messages, and who gets them."""
