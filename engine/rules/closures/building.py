"""What the rooms of this package ask of the builder."""

from __future__ import annotations

from typing import Any, Protocol

from engine.rules.checking.checker import Checked
from engine.rules.closures.site import Closure, Site
from engine.rules.feel_types import FeelType
from engine.rules.nodes import Node
from engine.rules.scope import NameScope


class Building(Protocol):
    """Turns nodes into closures. ``known`` holds the values of nodes that are worked out already."""

    @property
    def checked(self) -> Checked:
        """The tree with what is known about it."""
        ...

    @property
    def known(self) -> dict[Node, Any]:
        """The values of constant parts."""
        ...

    @property
    def scope(self) -> NameScope:
        """What names mean."""
        ...

    def build(self, node: Node) -> Closure:
        """Return the closure of a node."""
        ...

    def site(self, node: Node) -> Site:
        """Return the place of a node."""
        ...

    def type_of(self, node: Node) -> FeelType:
        """Return the type of a node."""
        ...
