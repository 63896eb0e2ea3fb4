"""The address of a list: everything that says which rows it shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from engine.ui.screens.filters import Rule, parse_rule

_LONGEST_TRAIL = 20
_LONGEST_SAYING = 80
WAYS = ("board", "calendar", "bars")
_PLACES = ("per", "span", "on", "team")


@dataclass(frozen=True, slots=True)
class ListAddress:
    """View, filter, quick search, order and place in the pages. ``trail`` holds the cursors of the pages passed,
    the present one last, so that "previous" needs no state on the server. ``way`` is one of WAYS where
    the rows are not shown as a list, ``place`` what such a page says besides (which board, which week). ``say`` tells
    in words what the written condition is, where a page of ours wrote it."""

    object: str
    view: str = ""
    rules: tuple[Rule, ...] = ()
    together: bool = True
    feel: str = ""
    quick: str = ""
    sort: tuple[str, ...] = ()
    trail: tuple[str, ...] = ()
    deleted: bool = False
    way: str = ""
    place: tuple[tuple[str, str], ...] = ()
    say: str = ""

    @property
    def path(self) -> str:
        """Return the path without parameters."""
        return f"/o/{self.object}/{self.way}" if self.way else f"/o/{self.object}"

    @property
    def after(self) -> str | None:
        """Return the cursor behind which the page begins."""
        return self.trail[-1] if self.trail else None

    @property
    def filtered(self) -> bool:
        """Tell whether anything but a view narrows the list."""
        return bool(self.rules or self.feel or self.quick)

    def parameters(self) -> list[tuple[str, str]]:
        """Return the parameters of the address, for links and for hidden inputs."""
        pairs = [
            ("view", self.view),
            ("where", self.feel),
            ("say", self.say if self.feel else ""),
            ("q", self.quick),
            ("sort", ",".join(self.sort)),
        ]
        pairs += [("f", rule.in_address()) for rule in self.rules]
        if not self.together:
            pairs.append(("match", "any"))
        if self.deleted:
            pairs.append(("deleted", "1"))
        pairs += [("after", cursor) for cursor in self.trail]
        pairs += self.place
        return [(name, value) for name, value in pairs if value]

    def url(self, **changes: Any) -> str:
        """Return the address, changed; a change of anything but the place goes back to the first page."""
        changed = replace(self, **({"trail": ()} | changes))
        query = urlencode(changed.parameters())
        return f"{changed.path}?{query}" if query else changed.path

    def action(self, name: str) -> str:
        """Return the address of something done with exactly these rows (``count``, ``export``)."""
        plain = replace(self, trail=(), way="", place=())
        query = urlencode(plain.parameters())
        return f"{plain.path}/{name}?{query}" if query else f"{plain.path}/{name}"

    def next_page(self, cursor: str) -> str:
        """Return the address of the page behind ``cursor``."""
        return self.url(trail=(*self.trail, cursor)[-_LONGEST_TRAIL:])

    def previous_page(self) -> str:
        """Return the address of the page before this one."""
        return self.url(trail=self.trail[:-1])


def read_address(object: str, arguments: Sequence[tuple[str, str]]) -> ListAddress:
    """Return the address that the parameters of a request say; what is not understood is left out."""
    single = dict(arguments)
    rules = (parse_rule(value) for name, value in arguments if name == "f")
    return ListAddress(
        object,
        view=single.get("view", ""),
        rules=tuple(rule for rule in rules if rule is not None),
        together=single.get("match") != "any",
        feel=single.get("where", "").strip(),
        say=single.get("say", "").strip()[:_LONGEST_SAYING],
        quick=single.get("q", "").strip(),
        sort=tuple(part for part in single.get("sort", "").split(",") if part),
        trail=tuple(value for name, value in arguments if name == "after" and value),
        deleted=single.get("deleted") == "1",
        way=single.get("way", "") if single.get("way") in WAYS else "",
        place=tuple((name, single[name]) for name in _PLACES if single.get(name)),
    )
