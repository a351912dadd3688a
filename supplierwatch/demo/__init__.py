"""The demo: serves a bundled newsroom on loopback and runs the real service against it."""
