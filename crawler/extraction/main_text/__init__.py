"""Finds the text of the article among the visible text of a page, by the rules of trafilatura."""
