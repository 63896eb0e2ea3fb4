"""Benchmarks: ratios against a hand-written equivalent, in one run on one machine."""
