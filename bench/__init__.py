"""Benchmarks: `python -m bench.NAME` prints figures, mostly beside a peer in the same run."""
