"""Extracts the text of an article from its page. Start at `page.extract`.

Pure, except that given parsed pages are changed.
"""
