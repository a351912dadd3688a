"""Parses the APIs of GOV.UK and Parliament to entries and texts.

Pure.
"""
