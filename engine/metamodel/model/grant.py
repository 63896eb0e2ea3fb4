"""Roles: what they may do with which rows and fields, compiled."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from engine.kernel.text import EMPTY, LocalText
from engine.rules import Expression

Action = Literal[
    "read", "create", "update", "delete", "restore", "import", "export", "print", "transfer", "share", "merge"
]
ACTIONS: tuple[Action, ...] = (
    "read",
    "create",
    "update",
    "delete",
    "restore",
    "import",
    "export",
    "print",
    "transfer",
    "share",
    "merge",
)
AREAS = (
    "users",
    "assignments",
    "roles",
    "sharing",
    "delegations",
    "leavers",
    "explain",
    "view_as",
    "audit",
    "packs",
    "jobs",
    "settings",
)


@dataclass(frozen=True, slots=True)
class ScopeTest:
    """One scope of a grant: ``path`` leads to whose a record is, ``fact`` is what of the actor it is held against.

    The fact ``id`` is the actor himself; all others are lists. Scopes ``all`` and ``shared`` have no path.
    """

    scope: str
    path: tuple[str, ...] = ()
    fact: str = ""


ALL = (ScopeTest("all"),)


@dataclass(frozen=True, slots=True)
class RowGrant:
    """Rows that an action covers: those in any of ``scopes`` for which ``when`` is also true."""

    scopes: tuple[ScopeTest, ...] = ALL
    when: Expression | None = None

    @property
    def scope(self) -> str:
        """The names of the scopes, as one reads them."""
        return ", ".join(test.scope for test in self.scopes)


@dataclass(frozen=True, slots=True)
class FieldAccess:
    """Access to one field: hidden, read (not writable), masked; ``unless`` true lifts it for the row."""

    mode: Literal["hidden", "read", "masked"]
    unless: Expression | None = None


@dataclass(frozen=True, slots=True)
class ObjectGrant:
    """What a role may do with one object. An action that is absent is not granted.

    ``transitions`` follow the rows of update; a transition with rows of its own stands in ``actions``.
    """

    object: str
    actions: Mapping[str, RowGrant] = field(default_factory=dict)
    transitions: frozenset[str] = frozenset()
    fields: Mapping[str, FieldAccess] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class AreaGrant:
    """An area of administration: for the users whose department lies in ``scope``. ``roles``: which may be given."""

    scope: str = "all"
    roles: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class RoleModel:
    """A role. ``administrator`` holds every grant on every object of the tenant."""

    name: str
    title: LocalText
    grants: Mapping[str, ObjectGrant] = field(default_factory=dict)
    privileges: frozenset[str] = frozenset()
    dictionaries: frozenset[str] = frozenset()
    areas: Mapping[str, AreaGrant] = field(default_factory=dict)
    administrator: bool = False
    layer: str = ""
    description: LocalText = EMPTY
