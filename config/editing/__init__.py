"""Writes configuration files: the starting files, single sources and watches, OPML.

Comments, order and all other tables of a file stay as they are.
"""
