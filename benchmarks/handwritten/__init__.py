"""The yardstick: one fixed table, one statement per step, no metadata."""
