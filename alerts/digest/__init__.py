"""What a digest or alert says, as values: entries, syndication, changes, volumes.

Reads storage, writes nothing.
"""
