"""Approvals: who must agree before a record goes on; a pure state machine, and the commands that people give it."""
