"""The rule language against hand-written Python and against other engines, all in one process."""
