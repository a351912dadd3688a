"""The made history of `demo --serve`: what it says, when it happens, and how it is stored."""
