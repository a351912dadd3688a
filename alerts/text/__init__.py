"""Prepares text for messages: sanitising, sentences and excerpts, word differences, summaries.

Pure.
"""
