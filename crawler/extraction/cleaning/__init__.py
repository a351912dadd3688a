"""Parses a page within limits, and removes what is not part of the article: boilerplate, captions.

Pure, except that given parsed pages are changed.
"""
