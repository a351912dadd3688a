"""The demo: a bundled newsroom on loopback, and a run of the real service against it."""
