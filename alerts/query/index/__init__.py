"""Many watches over one item, and one query over the archive's full-text index.

An index names candidates; evaluation decides.
"""
