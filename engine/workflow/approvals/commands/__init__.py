"""Commands on processes: each one transaction, in a fixed order of locks, run to completion."""
