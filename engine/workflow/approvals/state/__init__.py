"""The state of a running approval and how it moves: pure, without a database, a clock or a directory of its own."""
