"""A step of a flow as a form: every setting that its kind has, in sections; and the step that was posted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from engine.kernel.errors import Complaint
from engine.metamodel.layers.edits import Edit
from engine.metamodel.layers.flow import step_id
from engine.metamodel.layers.wishes import name_of
from engine.tenancy import Fault
from engine.ui.screens.custom.flow_trees import (
    Placed,
    Steps,
    edits_between,
    find,
    inserted,
    lists_of,
    placed,
    replaced,
    steps_of,
    verb_of,
    without,
)
from engine.ui.screens.custom.shop import Bar, Shop, free_name, name_from
from engine.ui.screens.parts import ABSENT, Part, Section, Sheet, shape_of
from engine.ui.widgets.base import Option

KINDS: Mapping[str, str] = {
    "approve": "checks",
    "handle": "tool",
    "cc": "copy",
    "choose": "arrows-join",
    "parallel": "columns-3",
    "include": "list-check",
    "wait": "clock",
    "call": "sitemap",
    "do": "robot",
    "stop": "flag",
}
_EXCEPTIONS = ("empty", "self", "repeat", "withdraw", "retract", "substitution")
# kind -> sections; those behind the second fold away while nothing is set in them
SECTIONS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "approve": {
        "who": ("title", "by", "mode", "pass", "order", "distinct", "abstain"),
        "when": ("when", "sla"),
        "form": ("form", "output", "sign"),
        "deeds": ("actions", "comment", "on_reject", "returns"),
        "exceptions": _EXCEPTIONS,
        "sms": ("sms",),
    },
    "handle": {
        "who": ("title", "by", "assign", "offer", "may"),
        "when": ("when", "sla"),
        "form": ("form",),
        "deeds": ("comment", "returns"),
        # of work it does not matter who has approved before
        "exceptions": tuple(key for key in _EXCEPTIONS if key != "repeat"),
    },
    "choose": {"ways": ("title", "of", "else"), "when": ("when",)},
    "parallel": {"ways": ("title", "branches"), "join": ("join", "on_reject", "when")},
    "include": {"ways": ("title", "branches", "else"), "when": ("when",)},
    "cc": {"copy": ("title", "to", "text"), "when": ("when",)},
    "wait": {"wait": ("title", "for", "until", "event", "where", "calendar"), "when": ("when",)},
    "call": {"call": ("title", "flow", "on", "for_each", "wait", "rejected"), "with": ("with", "when")},
    "do": {"do": ("title", "effects"), "when": ("when", "failed", "retry")},
    "stop": {"stop": ("title", "stop", "when")},
}
# settings that mean something for some ways of counting voices only
_SHOWN_FOR: Mapping[str, str] = {
    "pass": "mode=vote",
    "abstain": "mode=vote",
    "order": "mode=,all,vote",
    "distinct": "mode=,all,vote",
}
_ALWAYS = 2
_TITLED = ("approve", "handle")
_FIRST_ROWS: Mapping[str, Sequence[str]] = {
    "approve": ("by",),
    "handle": ("by",),
    "cc": ("to",),
    "do": ("effects",),
    "choose": ("of",),
    "parallel": ("branches", "branches"),
    "include": ("branches",),
}


@dataclass(frozen=True, slots=True)
class KindCard:
    """A kind of step that can be added."""

    name: str
    title: str
    text: str
    icon: str


@dataclass(frozen=True, slots=True)
class KindsScreen:
    """The kinds of steps to choose from, for a place in a flow."""

    bar: Bar
    flow: str
    flow_title: str
    at: str
    cards: tuple[KindCard, ...]


@dataclass(frozen=True, slots=True)
class StepScreen:
    """A step as a form."""

    bar: Bar
    flow: str
    flow_title: str
    key: str
    kind: str
    kind_title: str
    title: str
    is_new: bool
    sections: tuple[Section, ...]
    places: tuple[Option, ...]
    name: str
    problems: tuple[str, ...]
    action: str


@dataclass(frozen=True, slots=True)
class StepForm:
    """The form of a step that stands in a flow, or of a new one of a kind (``key`` is empty then)."""

    shop: Shop
    flow: str
    key: str
    kind: str

    @property
    def steps(self) -> Steps:
        """Return the steps of the flow."""
        return steps_of(self.shop.body("approval", self.flow))

    @property
    def here(self) -> Placed | None:
        """Return where the step stands."""
        return find(self.steps, self.key) if self.key else None

    def stored(self, at: str = "") -> dict[str, str]:
        """Return the texts of the form as the definition says; those of a new step at the end of a list."""
        here = self.here
        step = here.step if here is not None else {}
        found = dict(self._flat(step))
        if here is None:
            for name in _FIRST_ROWS.get(self.kind, ()):
                rows = sum(key.startswith(f"{name}.") and key.count(".") == 1 for key in found)
                found[f"{name}.{rows}"] = "new"
            found |= {"mode": "any"} if self.kind == "approve" else {}
        return {**found, "place": self._place(at)}

    def complaints(self, given: Mapping[str, str]) -> Iterator[Complaint]:
        """Yield what is left out."""
        if self.kind in _TITLED and not given.get("title.zh") and not given.get("title.en"):
            yield Complaint("title.zh", "required")

    def step(self, given: Mapping[str, str]) -> dict[str, Any]:
        """Return the step that was posted."""
        here = self.here
        before: Mapping[str, Any] = here.step if here is not None else {}
        said: dict[str, Any] = {}
        for key in _keys(self.kind):
            value = shape_of("approval", "steps", "*", key).read(key, given, before.get(key, ABSENT))
            if value is not ABSENT:
                said[key] = value
        last = any(way.get("else") is True for way in said.get("of", ()))
        if last or (self.kind == "include" and said.get("else") == "none" and "else" not in before):
            said.pop("else", None)
        if self.kind != "stop":
            said[self.kind] = step_id(before) if before else self._name(given)
        order = [self.kind, *(key for key in before if key != self.kind), *(key for key in said if key not in before)]
        return {key: said[key] for key in dict.fromkeys(order) if key in said}

    def after(self, given: Mapping[str, str]) -> list[Any]:
        """Return the steps of the flow as they would be."""
        step, here = self.step(given), self.here
        home, _, behind = given.get("place", "").partition("|")
        if here is None:
            return inserted(self.steps, home, behind, step)
        made = replaced(self.steps, here, step)
        if given.get("place", self._place("")) == self._place(""):
            return made
        moved = find(made, self.key)
        return inserted(without(made, moved), home, behind, step) if moved is not None else made

    def edits(self, given: Mapping[str, str]) -> Sequence[Edit]:
        """Return what the posted form means."""
        return tuple(edits_between(self.flow, self.steps, self.after(given)))

    def screen(self, given: Mapping[str, str], wrong: Sequence[Complaint] = ()) -> StepScreen:
        """Return the form, with what was typed and what is wrong with it."""
        shop, here = self.shop, self.here
        errors, problems = self._told(given, wrong)
        kind = shop.desk.say(f"part.kind.{self.kind}")
        title = shop.title(here.step.get("title"), step_id(here.step)) if here is not None else ""
        body = shop.body("approval", self.flow)
        sheet = Sheet(shop, str(body.get("object", "")), _titles(shop, self.steps), errors)
        return StepScreen(
            shop.bar("approvals"),
            self.flow,
            shop.titled("approval", self.flow),
            self.key,
            self.kind,
            kind,
            title or kind,
            here is None,
            tuple(self._sections(sheet, given)),
            tuple(self._places(given.get("place", ""))),
            given.get("name", ""),
            problems,
            f"/customise/approvals/{self.flow}/level" + (f"/{self.key}" if self.key else ""),
        )

    # -----------------------------------------------------------------------------------------------------------------

    def _flat(self, step: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
        for key in _keys(self.kind):
            yield from shape_of("approval", "steps", "*", key).flat(key, step.get(key, ABSENT))

    def _name(self, given: Mapping[str, str]) -> str:
        taken = {step_id(one.step): True for one in placed(self.steps)}
        return free_name(given.get("name", "") or name_from(given.get("title.en", "")), taken, f"{self.kind}_1")

    def _sections(self, sheet: Sheet, given: Mapping[str, str]) -> Iterator[Section]:
        for number, (name, keys) in enumerate(SECTIONS[self.kind].items()):
            parts: list[Part] = []
            for key in keys:
                drawn = shape_of("approval", "steps", "*", key).draw(key, key, self.kind, given, sheet)
                shown = _SHOWN_FOR.get(key, "") if self.kind == "approve" else ""
                parts += [replace(one, shown_for=one.shown_for or shown) for one in drawn]
            folded = number >= _ALWAYS and not any(map(_said, parts))
            yield Section(name, sheet.say(f"part.section.{name}"), tuple(parts), folded)

    def _place(self, at: str) -> str:
        here = self.here
        if here is not None:
            behind = [one.key for one in placed(self.steps) if one.home == here.home and one.index == here.index - 1]
            return f"{here.list}|{behind[0] if behind else ''}"
        inside = [one.key for one in placed(self.steps) if one.list == at]
        return f"{at}|{inside[-1] if inside else ''}"

    def _places(self, chosen: str) -> Iterator[Option]:
        say, here = self.shop.desk.say, self.here
        titles = _titles(self.shop, self.steps, stops=True)
        for name, path in lists_of(self.steps):
            if here is not None and path[: len(here.path)] == here.path:
                continue
            inside = [one for one in placed(self.steps) if one.list == name and one.key != self.key]
            way = f"{list_title(self.shop, self.steps, name)} › " if name else ""
            first = f"{name}|"
            yield Option(first, way + say("custom.comes_first"), first == chosen)
            for one in inside:
                value = f"{name}|{one.key}"
                yield Option(value, way + say("custom.behind", step=titles[one.key]), value == chosen)

    def _told(self, given: Mapping[str, str], wrong: Sequence[Complaint]) -> tuple[dict[str, str], tuple[str, ...]]:
        language = self.shop.desk.words.language
        beside: dict[str, str] = {}
        others: list[str] = []
        step = self.step(given) if wrong else {}
        for one in wrong:
            text = " ".join(filter(None, (one.message(language), one.hint(language))))
            if isinstance(one, Fault) and (one.kind, one.id) == ("approval", self.flow):
                name = _input_of(step, one.place)
            else:
                name = one.path
            if name and not isinstance(one, Fault):
                beside[name] = text
            elif name:
                beside.setdefault(_drawn(name, given), text)
                others.append(self.shop.said(one))
            else:
                others.append(self.shop.said(one))
        return beside, tuple(dict.fromkeys(others))


def build_kinds(shop: Shop, flow: str, at: str) -> KindsScreen:
    """Return the kinds of steps that can be put at a place of a flow."""
    say = shop.desk.say
    inside = at and any(
        one.kind in ("parallel", "include") and at.partition(".")[0] == step_id(one.step)
        for one in placed(steps_of(shop.body("approval", flow)))
    )
    cards = tuple(
        KindCard(kind, say(f"part.kind.{kind}"), say(f"part.kind.{kind}.help"), icon)
        for kind, icon in KINDS.items()
        if not (inside and kind == "stop")
    )
    return KindsScreen(shop.bar("approvals"), flow, shop.titled("approval", flow), at, cards)


def list_title(shop: Shop, steps: Steps, name: str) -> str:
    """Return how a way through a block is called: the block, and its title, condition or name."""
    block, _, branch = name.partition(".")
    found = next((one for one in placed(steps) if step_id(one.step) == block), None)
    if found is None:
        return name
    title = shop.title(found.step.get("title"), shop.desk.say(f"part.kind.{found.kind}"))
    return f"{title} › {way_title(shop, found.step, branch)}"


def way_title(shop: Shop, block: Mapping[str, Any], branch: str) -> str:
    """Return how one way of a block is called."""
    say = shop.desk.say
    ways = block.get("of")
    if isinstance(ways, list) and branch.isdigit() and int(branch) < len(ways):
        return shop.title(ways[int(branch)].get("title"), say("part.way_n", n=int(branch) + 1))
    way = (block.get("branches") or {}).get(branch)
    if way is None:
        return say("flow.otherwise")
    return shop.title(way.get("title"), branch) if isinstance(way, Mapping) else branch


def _keys(kind: str) -> Iterator[str]:
    for keys in SECTIONS[kind].values():
        yield from keys


def _titles(shop: Shop, steps: Steps, *, stops: bool = False) -> dict[str, str]:
    """Return the titles of steps by their ids; ``stops``: also of those that end the flow, which have none."""
    return {
        one.key: shop.title(one.step.get("title"), shop.desk.say(f"part.stop.is.{step_id(one.step)}"))
        if verb_of(one.step) == "stop"
        else shop.title(one.step.get("title"), step_id(one.step))
        for one in placed(steps)
        if stops or verb_of(one.step) != "stop"
    }


def _said(part: Part) -> bool:
    if part.kind == "tick":
        return part.value == "true" and part.name != "substitution"
    if part.kind == "several":
        return any(one.kind == "tick" and one.value for one in part.parts)
    if part.kind in ("rows", "group", "ticks", "span", "fold"):
        return bool(part.error) or any(one.kind == "row" or _said(one) for one in part.parts if one.kind != "hidden")
    if part.kind == "select":
        return bool(part.value) and part.name not in ("sla.unit",) and not part.name.endswith((".unit", ".side"))
    return bool(part.value or part.error)


def _input_of(step: Mapping[str, Any], place: Sequence[Any]) -> str:
    """Return the input that a place in a flow speaks of: names of elements become the numbers of their rows."""
    names, id = [str(one) for one in place], step_id(step)
    ways = [_followed(step, names[at + 1 :]) for at, name in enumerate(names) if name == id]
    return ".".join(sorted(ways, key=len)[-1]) if ways else ""


def _followed(value: Any, names: Sequence[str]) -> list[str]:
    found: list[str] = []
    for name in names:
        if isinstance(value, Mapping) and name in value:
            value = value[name]
            found.append(name)
            continue
        places = range(len(value)) if isinstance(value, list) else ()
        at = next((at for at in places if name in (str(at), name_of(value[at]))), None)
        if at is None:
            break
        value = value[at]
        found.append(str(at))
    return found


def _drawn(name: str, given: Mapping[str, str]) -> str:
    """Return the longest beginning of a name that is one of an input, of a row or of a setting."""
    pieces = name.split(".")
    for length in range(len(pieces), 1, -1):
        wish = ".".join(pieces[:length])
        if wish in given:
            return wish
    return pieces[0]
