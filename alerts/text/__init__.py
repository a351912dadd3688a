"""Text of messages: sanitising, sentences and excerpts, word differences, short summaries.

Pure.
"""
