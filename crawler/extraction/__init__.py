"""From an article's page to its text. Start at `page.extract`.

Pure, but for the parsed page given.
"""
