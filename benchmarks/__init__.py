"""Faregate's speed, measured: `python -m benchmarks`, or `make bench`."""
