"""Who is at the door: local accounts, sessions, API tokens, and the rules of both."""

from engine.auth import codes as codes
