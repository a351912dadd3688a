"""Evaluates queries on documents; a presearch rules out most queries first. Pure."""
