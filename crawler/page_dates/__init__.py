"""Find when a page was published: in its metadata, its address, and what it shows its readers.

Pure. To be called before boilerplate is removed.
"""
