"""What all kinds of source share: the protocol `SourceKind`, the base spider, and the registry.

A kind itself is one file in `crawler.kinds`.
"""
