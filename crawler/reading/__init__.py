"""Reading what strangers wrote in processes that can be ended: fork server, readers, tasks, limits.

Each task has a limit in processor time and memory (decision 23).
"""
