"""The organisation: which objects hold companies, units, persons and the rest, and by which fields."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, get_args

MarkerKind = Literal["company", "unit", "position", "person", "post", "team", "tree", "member", "authority"]
MARKERS: tuple[MarkerKind, ...] = get_args(MarkerKind)
# there may be several objects of these
SEVERAL = frozenset({"tree", "member"})


@dataclass(frozen=True, slots=True)
class Organisation:
    """What an object's records are in the organisation; ``keys`` maps the marker's keys to fields of the object."""

    kind: MarkerKind
    keys: Mapping[str, str] = field(default_factory=dict)

    def get(self, key: str) -> str | None:
        """Return the field of a key, or None when the pack names none."""
        return self.keys.get(key)


@dataclass(frozen=True, slots=True)
class Structure:
    """The objects of a tenant that hold its organisation, by name; None where a pack has no such object."""

    company: str | None = None
    unit: str | None = None
    position: str | None = None
    person: str | None = None
    post: str | None = None
    team: str | None = None
    authority: str | None = None
    trees: tuple[str, ...] = ()
    members: tuple[str, ...] = ()

    @property
    def objects(self) -> frozenset[str]:
        """All of them: what permission rests on."""
        single = (self.company, self.unit, self.position, self.person, self.post, self.team, self.authority)
        return frozenset((*filter(None, single), *self.trees, *self.members))
