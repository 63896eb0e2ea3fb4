"""The trail of processes: its chain of hashes, its archive, and the invariants of everything that runs (Q5)."""
