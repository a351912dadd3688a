"""Parses listings to entries: feeds, JSON Feed, sitemaps, pages that list articles.

Pure; sizes are limited before parsing.
"""
