"""From an article's page to its text: structured data, headline, byline, boilerplate, site memory.

Pure, but for the parsed page given.
"""
