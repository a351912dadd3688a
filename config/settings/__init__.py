"""Builds `Settings` from settings.toml and the environment.

`service_settings` reads the data folder and database URL even if everything else is invalid.
"""
