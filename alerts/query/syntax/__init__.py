"""Parses a query into nodes: lexer, parser, operators, functions, filters, vendors' forms.

Pure.
"""
