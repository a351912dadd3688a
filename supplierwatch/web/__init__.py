"""The small HTTP service: health, reader links, feeds, and its limits.

GET changes nothing.
"""
