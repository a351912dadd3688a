"""Pages of briefings: the list, the editor, and the briefing as it is printed."""
