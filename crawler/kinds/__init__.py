"""The kinds of source, a file each; the file's name is the `kind` in sources.toml.

A spider here says which address to ask and how to read the answer; it fetches and stores nothing.
"""
