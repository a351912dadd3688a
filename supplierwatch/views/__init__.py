"""What commands put on a screen: tables, highlighted hits, times. No decisions, no database."""
