"""Parse a page within bounds, and remove what is no part of the article: boilerplate, captions.

Pure, but for the parsed page given, which is changed.
"""
