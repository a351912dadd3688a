"""What a page says of itself: structured data, meta tags, bylines, names of the site. Pure.

`structured_data` is the start. Nothing here reads the article's own text.
"""
