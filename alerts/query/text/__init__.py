"""Text as the watch language sees it: tokens, folding, zones, terms and where they occur.

Pure; time linear in the text.
"""
