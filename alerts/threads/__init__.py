"""The thread of a supplier: events in time, joined into matters with reasons, and dates ahead.

Pure, except `gathering`, which reads the archive.
"""
