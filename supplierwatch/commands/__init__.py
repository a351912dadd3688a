"""The commands, a file per family: they read options, call the service's code, show the answer.

Rooms with heavy libraries are imported inside the functions: help and TAB completion answer at
once (0.2 s instead of 1 s), which a test holds.
"""
