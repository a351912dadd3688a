"""The configuration: reads and checks the TOML files and the environment; the shipped files.

Start at `catalog.load_catalog`. Never: SQL, network.
"""
