"""Parses untrusted content in reader processes: fork server, reader pool, tasks and limits.

Each task has a limit of processor time and memory (decision 23).
"""
