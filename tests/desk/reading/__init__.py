"""Tests of Today, search, stories and articles."""
