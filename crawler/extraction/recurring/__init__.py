"""What recurs on the pages of a site: the site memory, and the blocks removed because of it.

Pure, but for the parsed page given, which is changed (decision 16).
"""
