"""Users, and what binds them to others: delegations and shares by hand."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class User:
    """Somebody who asks."""

    id: str
    login: str
    roles: frozenset[str]
    administrator: bool = False
    active: bool = True


@dataclass(frozen=True)
class Delegation:
    """A running delegation; empty objects or actions stand for all, no roles for all of the principal's."""

    principal: str
    delegate: str
    roles: frozenset[str] = frozenset()
    objects: frozenset[str] = frozenset()
    actions: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Share:
    """A record shared by hand and not ended; ``receiver`` as in ``role:seller``."""

    object: str
    id: str
    receiver: str
    level: str
