"""Commands on messages: digests, deliveries, the outbox, subscribers, quarantine."""
