"""The kinds of source, one file each; the name of the file is the `kind` in sources.toml.

Each spider builds URLs and reads responses; it neither fetches nor stores.
"""
