"""From a listing to its entries: feeds, JSON Feed, sitemaps, pages that list articles.

Pure; bounds on size come first.
"""
