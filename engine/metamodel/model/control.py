"""What stands beside roles: privileges, rules that no role widens, sharing by rule, separation of duties."""

from __future__ import annotations

from dataclasses import dataclass, field

from engine.kernel.source import NOWHERE, Span
from engine.kernel.text import EMPTY, LocalText
from engine.rules import Expression


@dataclass(frozen=True, slots=True)
class PrivilegeModel:
    """A special right that rules ask for by name."""

    name: str
    title: LocalText
    description: LocalText = EMPTY
    layer: str = ""


@dataclass(frozen=True, slots=True)
class RestrictionModel:
    """A condition over ``record`` and ``actor`` that must be true for everybody. ``on`` empty: for every action."""

    name: str
    object: str
    that: Expression
    on: frozenset[str] = frozenset()
    title: LocalText = EMPTY
    description: LocalText = EMPTY
    layer: str = ""

    def bounds(self, action: str) -> bool:
        """Tell whether the rule is for an action."""
        return not self.on or action in self.on


@dataclass(frozen=True, slots=True)
class SharingModel:
    """Records for which ``when`` is true are shared with ``receivers`` (``role:name``, ``branch:code`` ...)."""

    name: str
    object: str
    when: Expression
    receivers: tuple[str, ...] = ()
    level: int = 1
    title: LocalText = EMPTY
    description: LocalText = EMPTY
    layer: str = ""


@dataclass(frozen=True, slots=True)
class Right:
    """One right of a separation rule: an action on an object, a privilege, or an area of administration."""

    kind: str
    name: str
    object: str = ""

    def __str__(self) -> str:
        return f"{self.object}.{self.name}" if self.kind == "action" else f"{self.kind}:{self.name}"


@dataclass(frozen=True, slots=True)
class NeverModel:
    """What no user may be or hold. Exactly one of ``roles``, ``rights``, ``when`` and ``role`` is set."""

    name: str
    title: LocalText = EMPTY
    roles: frozenset[str] = frozenset()
    rights: tuple[Right, ...] = ()
    when: Expression | None = None
    role: str | None = None
    at_least: int | None = None
    at_most: int | None = None
    description: LocalText = EMPTY
    layer: str = ""
    span: Span = field(default=NOWHERE, compare=False)
