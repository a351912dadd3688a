"""Metadata of a page: structured data, meta tags, bylines, names of the site. Pure.

Start at `structured_data.read_structured_data`. The article's text is read elsewhere.
"""
