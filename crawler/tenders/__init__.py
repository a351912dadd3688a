"""Procurement notices as OCDS 1.1 releases: listing windows, entries, text and notice fields.

Pure.
"""
