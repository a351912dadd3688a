"""Text that recurs on the pages of a site: the site memory, and the removal of recurring blocks.

Pure, except that given parsed pages are changed (decision 16).
"""
