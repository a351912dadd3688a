"""JSON documents of the command line and of the API: one file for each resource.

A documented field keeps its meaning. No decisions, no database.
"""
