"""Proposes changes of a watch from what was marked as not relevant to it.

Each is measured over the archive before it is shown. Nothing here changes a watch.
"""
