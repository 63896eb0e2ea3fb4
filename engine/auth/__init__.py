"""Who is at the door: local accounts, sessions, API tokens, and the rules of both."""

from engine.auth import codes as codes
from engine.auth.accounts import Accounts, NewUser
from engine.auth.caller import Caller
from engine.auth.credentials import SessionText, TokenText
from engine.auth.service import AuthService, Visitor
from engine.auth.sessions import Device
from engine.auth.tables.users import User
from engine.auth.tokens import Issued

__all__ = [
    "Accounts",
    "AuthService",
    "Caller",
    "Device",
    "Issued",
    "NewUser",
    "SessionText",
    "TokenText",
    "User",
    "Visitor",
]
