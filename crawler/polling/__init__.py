"""The poll of one source, from its listing to the stored report: pages, rechecks, intervals.

Start at `poll.poll`.
"""
