"""Rights in words: actions, how far they reach, and what is said of fields."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from engine.metamodel.definitions.layer import OVERLAY
from engine.metamodel.model import ObjectModel, RowGrant
from engine.metamodel.model.grant import ACTIONS
from engine.ui.desk import Desk

# how many of the four bars of a scope are filled
_BARS = {
    "own": 1,
    "shared": 1,
    "team": 2,
    "department": 2,
    "department_and_below": 2,
    "company": 3,
    "company_and_below": 3,
    "group": 4,
    "all": 4,
}
_BARS_OF_A_TREE = 2
# these are about records that are not there yet
_WITHOUT_ROWS = frozenset({"create", "import"})


@dataclass(frozen=True, slots=True)
class Reach:
    """Which rows an action covers: ``bars`` of four, the scopes in words, and a condition. ``bare``: yes, no rows."""

    bars: int
    text: str
    condition: str = ""
    bare: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    """Objects under the heading of the menu that leads to them."""

    title: str
    objects: tuple[ObjectModel, ...]


def reach_of(desk: Desk, action: str, grant: RowGrant) -> Reach:
    """Return how far an action of a grant reaches."""
    return reach_in_words(desk, action, [test.scope for test in grant.scopes], grant.when.text if grant.when else "")


def reach_in_words(desk: Desk, action: str, scopes: Sequence[str], condition: str) -> Reach:
    """Return how far an action reaches, by the names of its scopes."""
    bars = max((_BARS.get(scope, _BARS_OF_A_TREE) for scope in scopes), default=0)
    text = desk.say("value.joint").join(scope_title(desk, scope) for scope in scopes)
    return Reach(bars, text, condition, bare=action in _WITHOUT_ROWS and list(scopes) == ["all"] and not condition)


def scope_title(desk: Desk, scope: str) -> str:
    """Return a scope in words; that of a tree is called as its records are."""
    if scope in _BARS:
        return desk.say(f"rights.scope_{scope}")
    found = desk.model.objects.get(scope)
    return desk.title(found.title) if found is not None else scope


def action_title(desk: Desk, object: str, action: str) -> str:
    """Return an action or a transition in words."""
    if action in ACTIONS:
        return desk.say(f"rights.action_{action}")
    life = desk.model.lifecycle_of(object) if object in desk.model.objects else None
    move = life.transitions.get(action) if life is not None else None
    return desk.title(move.title) if move is not None else action


def object_title(desk: Desk, name: str) -> str:
    """Return how the records of an object are called; its name when there is none."""
    found = desk.model.objects.get(name)
    return name if found is None else desk.title(found.plural) or desk.title(found.title)


def field_title(desk: Desk, object: str, name: str) -> str:
    """Return how a field is called; its name when there is none."""
    found = desk.model.objects[object].fields.get(name)
    return desk.title(found.title) if found is not None else name


def role_title(desk: Desk, name: str) -> str:
    """Return how a role is called; ``*`` stands for an administrator, who needs none."""
    found = desk.model.roles.get(name)
    if found is not None:
        return desk.title(found.title)
    return desk.say("users.administrator") if name == "*" else name


def privilege_title(desk: Desk, name: str) -> str:
    """Return how a privilege is called."""
    found = desk.model.privileges.get(name)
    return desk.title(found.title) if found is not None else name


def area_title(desk: Desk, name: str) -> str:
    """Return an area of administration in words."""
    key = f"rights.area_{name}"
    return desk.say(key) if desk.words.has(key) else name


def layer_title(desk: Desk, layer: str) -> str:
    """Return where a definition comes from: the title of a pack, or this tenant."""
    pack = next((one for one in desk.model.packs if one.name == layer), None)
    if pack is not None:
        return desk.title(pack.title) or layer
    return desk.say("rights.this_tenant") if layer in ("", OVERLAY) else layer


def grouped(desk: Desk, names: Iterable[str]) -> Iterator[Group]:
    """Yield objects by the headings of the menu, those without an entry last."""
    left = {name: desk.model.objects[name] for name in names if name in desk.model.objects}
    left = {name: left[name] for name in desk.model.objects if name in left}
    for menu in desk.model.menus:
        for group in menu.groups:
            found = tuple(left.pop(item.object) for item in group.items if item.object in left)
            if found:
                yield Group(desk.title(group.title), found)
    if left:
        yield Group(desk.say("rights.others") if desk.model.menus else "", tuple(left.values()))


def sights_in_words(desk: Desk, object: str, fields: Mapping[str, str], mode: str) -> str:
    """Return the titles of those fields of which a word is said."""
    return desk.say("value.joint").join(
        field_title(desk, object, name) for name, said in fields.items() if said.partition(",")[0] == mode
    )
