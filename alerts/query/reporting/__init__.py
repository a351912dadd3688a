"""Describes and checks queries: canonical form, paraphrase, warnings, contradictions.

Pure.
"""
