"""The base of all kinds of source: the protocol `SourceKind`, the base spider and the registry.

Each kind is one file in `crawler.kinds`.
"""
