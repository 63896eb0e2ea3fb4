"""Roles: what they may do with which rows and fields, compiled."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from engine.kernel.text import EMPTY, LocalText
from engine.rules import Expression

Scope = Literal["own", "department", "department_and_below", "all", "rule"]
Action = Literal["read", "create", "update", "delete", "restore", "import", "export"]


@dataclass(frozen=True, slots=True)
class RowGrant:
    """Rows that an action covers: those in ``scope`` for which ``when`` is also true. ``rule`` means ``when`` alone."""

    scope: Scope = "all"
    when: Expression | None = None


@dataclass(frozen=True, slots=True)
class FieldAccess:
    """Access to one field: hidden, read (not writable), masked; ``unless`` true lifts it for the row."""

    mode: Literal["hidden", "read", "masked"]
    unless: Expression | None = None


@dataclass(frozen=True, slots=True)
class ObjectGrant:
    """What a role may do with one object. An action that is absent is not granted."""

    object: str
    actions: Mapping[str, RowGrant] = field(default_factory=dict)
    transitions: frozenset[str] = frozenset()
    fields: Mapping[str, FieldAccess] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RoleModel:
    """A role. ``administrator`` holds every grant on every object of the tenant."""

    name: str
    title: LocalText
    grants: Mapping[str, ObjectGrant] = field(default_factory=dict)
    privileges: frozenset[str] = frozenset()
    dictionaries: frozenset[str] = frozenset()
    administrator: bool = False
    layer: str = ""
    description: LocalText = EMPTY
