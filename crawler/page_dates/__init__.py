"""Finds when a page was published: in its metadata, its URL and its visible text.

Pure. To be called before boilerplate is removed.
"""
