"""The commands, a file per family: they read options, call the service, print the result.

Packages with heavy libraries are imported inside the functions, so that help and completion take
0.2 s instead of 1 s; a test checks this.
"""
