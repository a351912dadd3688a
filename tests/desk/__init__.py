"""Tests of the desk, the web pages of the service."""
