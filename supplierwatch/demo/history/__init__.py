"""The generated history of `demo --serve`: its texts, their times, and how they are stored."""
