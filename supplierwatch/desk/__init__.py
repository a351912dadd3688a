"""The desk: web pages for people who read, search and look after the archive.

One file in `pages` is one page; `site` finds them, checks roles, and answers.
"""
