"""The base of all kinds of source: the class `SourceKind`, the base spider and the registry.

Each kind is one file in `crawler.kinds`.
"""
