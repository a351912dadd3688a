"""Commands on sources: crawl, list, probe, diagnose, try an address."""
