"""From a written query to its nodes: lexer, parser, operators, functions, filters, vendors' forms.

Pure.
"""
