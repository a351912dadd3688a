"""The service at work: messages, health, failed work."""
