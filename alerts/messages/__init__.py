"""Renders messages: subject, plain text, HTML, charts, and the MIME message.

Pure but for reading templates.
"""
