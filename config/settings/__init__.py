"""Builds `Settings` from settings.toml and the environment.

`service_settings` reads where the data is kept even if everything else is invalid.
"""
