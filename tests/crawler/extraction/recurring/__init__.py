"""What recurs on the pages of a site."""
