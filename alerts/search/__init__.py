"""The archive: searching it, filling its full-text index, and backtesting watches on it.

The index names candidates; the matcher decides.
"""
