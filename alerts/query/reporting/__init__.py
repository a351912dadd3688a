"""What is said of a query: canonical form, paraphrase, warnings, contradictions.

Pure.
"""
