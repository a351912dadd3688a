"""The HTTP service: health, reader links, feeds, and limits on connections.

GET changes nothing.
"""
