"""The pages of the desk, one file each; `PAGES` of each file are its routes."""
