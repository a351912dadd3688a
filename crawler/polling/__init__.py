"""The poll of one source, from its listing to the stored report: pages, rechecks and intervals.

Start at `poll.poll`.
"""
