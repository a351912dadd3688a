"""Shared by the pages and the API about stories: reading, marks, facets, exports."""
