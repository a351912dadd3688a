"""Whether a query holds in an item, and by which words; the presearch that spares most of it.

Pure.
"""
