"""Text functions: decoding bytes, repairing mojibake, dates, language, plain text, tolerant JSON.

Pure functions.
"""
