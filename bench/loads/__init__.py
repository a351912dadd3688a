"""What benchmarks are run on, and the peers that they are run beside."""
