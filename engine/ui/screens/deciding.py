"""The dialog before a command on a process: the reason, the people, where it goes back to, the fields of the step."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from engine.kernel.errors import Complaint, TesseraError
from engine.ui.desk import Desk
from engine.ui.screens.flowcharts import FlowNode, draw_flow, output_title
from engine.ui.screens.forms import FieldBox, input_id
from engine.ui.screens.inbox import step_title, word
from engine.ui.screens.moving import AskScreen
from engine.ui.widgets import widget_of
from engine.ui.widgets.base import Input, Option, Spot

PEOPLE = "/work/people"
# how inputs are called that hold what a decider gives besides
GIVEN = "_given."
_SEVERAL = frozenset({"add", "ask", "copy"})
_COMMENTED = frozenset({"ask", "answer", "comment", "reassign"})
_PRIMARY = frozenset({"approve", "done"})


@dataclass(frozen=True, slots=True)
class Wish:
    """A command to ask about. ``allowed`` is what the service says of it, ``writes`` are the fields of its form.

    ``outputs`` are values that a decider gives besides, with their types; ``proposed`` is what somebody who proposes a
    change wants other than it is in force.
    """

    verb: str
    title: str
    action: str
    back: str
    object: str = ""
    flow: str = ""
    allowed: Any = None
    writes: Sequence[str] = ()
    values: Mapping[str, Any] = field(default_factory=dict)
    seen: str = ""
    steps: Sequence[str] = ()
    people: Mapping[str, str] = field(default_factory=dict)
    picks: Sequence[Mapping[str, Any]] = ()
    path: Sequence[Mapping[str, Any]] = ()
    typed: Mapping[str, str] = field(default_factory=dict)
    proposed: Mapping[str, Any] = field(default_factory=dict)
    outputs: Mapping[str, str] = field(default_factory=dict)


def build_wish(desk: Desk, wish: Wish, error: TesseraError | None = None) -> AskScreen:
    """Return the dialog, with everything that was typed and what it was refused with."""
    language = desk.words.language
    complaints = list(error.complaints) if error is not None else []
    boxes = tuple(_boxes(desk, wish, complaints))
    beside = {_path(box.name) for box in boxes}
    others = tuple(one.message(language) for one in complaints if one.path not in beside)
    name = word(desk, f"flow.do.{wish.verb}", wish.verb)
    title = f"{name}: {wish.title}" if language == "en" else f"{name}：{wish.title}"
    danger = bool(wish.allowed is not None and wish.allowed.danger)
    said = f"flow.ask.{wish.verb}"
    return AskScreen(
        title,
        desk.say(said) if desk.words.has(said) else "",
        wish.action,
        wish.back,
        name,
        "check" if wish.verb in _PRIMARY else "",
        danger,
        0,
        boxes,
        "" if error is None else _sentence(error, language),
        others,
        wish.seen,
        _path_nodes(desk, wish),
    )


def needs(wish: Wish) -> frozenset[str]:
    """Return what the service says must be given."""
    return frozenset(wish.allowed.needs) if wish.allowed is not None else frozenset()


# ----------------------------------------------------------------------------------------------------------------------


def _sentence(error: TesseraError, language: str) -> str:
    return " ".join(filter(None, (error.message(language), error.complaint.hint(language))))


def _path_nodes(desk: Desk, wish: Wish) -> tuple[FlowNode, ...]:
    return draw_flow(desk, wish.flow, wish.path)


def _path(name: str) -> str:
    """Return the path that a complaint about an input has."""
    if name.startswith(GIVEN):
        return f"output.{name.removeprefix(GIVEN)}"
    return name.removeprefix("_pick.") if name.startswith("_pick.") else name.removeprefix("_")


def _boxes(desk: Desk, wish: Wish, complaints: Sequence[Complaint]) -> Iterator[FieldBox]:
    maker = _Maker(desk, wish, complaints)
    wanted = needs(wish)
    if wish.verb == "return" and wish.allowed is not None:
        yield maker.select("_to", desk.say("flow.back_to"), maker.returns())
    elif wish.verb == "jump":
        yield maker.select("_to", desk.say("flow.go_to"), maker.steps(wish.steps))
    elif wish.verb == "remove" and wish.allowed is not None:
        yield maker.select("_person", desk.say("flow.whom"), maker.removable())
    elif "to" in wanted:
        yield maker.people("_to", desk.say("flow.whom"), several=wish.verb in _SEVERAL)
    if wish.verb == "add" and wish.allowed is not None:
        ways = tuple(Option(one["how"], desk.say(f"flow.add.{one['how']}")) for one in wish.allowed.targets)
        yield maker.select("_how", desk.say("flow.when"), ways)
    for pick in wish.picks:
        title = desk.say("flow.pick_for", step=step_title(desk, wish.flow, str(pick["step"])))
        yield maker.people(f"_pick.{pick['step']}", title, several=True, required=bool(pick["certain"]))
    for name in wish.writes:
        box = maker.field(name, required=name in wanted)
        if box is not None:
            yield box
    for name, type in wish.outputs.items():
        yield maker.given(name, type)
    if "signature" in wanted:
        yield maker.line("_signature", desk.say("flow.signature"), required=True)
    yield maker.area("_comment", desk.say("flow.comment"), required="comment" in wanted or wish.verb in _COMMENTED)


@dataclass(frozen=True, slots=True)
class _Maker:
    desk: Desk
    wish: Wish
    complaints: Sequence[Complaint]

    def returns(self) -> tuple[Option, ...]:
        """Return where a case can go back to, with the effect in words."""
        found = []
        for one in self.wish.allowed.targets:
            title = self._target(str(one["to"]))
            found.append(Option(str(one["to"]), self.desk.say(f"flow.then.{one['then']}", step=title)))
        return tuple(found)

    def steps(self, names: Sequence[str]) -> tuple[Option, ...]:
        """Return steps to go on from."""
        return tuple(Option(name, step_title(self.desk, self.wish.flow, name)) for name in names)

    def removable(self) -> tuple[Option, ...]:
        """Return who was added and can be removed again."""
        ids = [str(one["person"]) for one in self.wish.allowed.targets]
        return tuple(Option(id, self.wish.people.get(id, id)) for id in ids)

    def select(self, name: str, title: str, options: tuple[Option, ...]) -> FieldBox:
        """Return a choice of one."""
        typed = self.wish.typed.get(name)
        chosen = tuple(Option(one.value, one.text, one.value == typed) for one in options)
        return self._box(name, title, "select", required=True, options=chosen)

    def people(self, name: str, title: str, *, several: bool, required: bool = True) -> FieldBox:
        """Return a search for people."""
        kind = "pickers" if several else "picker"
        return self._box(name, title, kind, required=required, mode="user", group=several)

    def line(self, name: str, title: str, *, required: bool) -> FieldBox:
        """Return a line of text."""
        return self._box(name, title, "text", required=required, value=self.wish.typed.get(name, ""))

    def area(self, name: str, title: str, *, required: bool) -> FieldBox:
        """Return lines of text."""
        return self._box(name, title, "area", required=required, value=self.wish.typed.get(name, ""))

    def given(self, name: str, type: str) -> FieldBox:
        """Return what a decider gives besides, by its type."""
        called, typed = f"{GIVEN}{name}", self.wish.typed.get(f"{GIVEN}{name}", "")
        title = output_title(self.desk, self.wish.object, name)
        if type != "boolean":
            mode = {"number": "decimal", "date": "date"}.get(type, "")
            return self._box(called, title, "text", required=False, value=typed, mode=mode)
        ways = (("", "value.none"), ("true", "value.yes"), ("false", "value.no"))
        options = tuple(Option(value, self.desk.say(said), value == typed) for value, said in ways)
        return self._box(called, title, "select", required=False, options=options)

    def field(self, name: str, *, required: bool) -> FieldBox | None:
        """Return a field of the record that the step lets one write."""
        found = self.desk.model.objects[self.wish.object]
        about = found.fields.get(name)
        if about is None or about.type == "lines" or about.computed:
            return None
        look = self.desk.look(found.name, self.wish.values)
        wrong = self._wrong(name)
        identity = input_id(name)
        described = f"{identity}-e" if wrong else ""
        lookup = f"/o/{found.name}/lookup/{name}"
        spot = Spot(name, identity, required=required, invalid=bool(wrong), described=described, lookup=lookup)
        drawn = widget_of(about).ask(about, self.wish.values.get(name), look, spot)
        group = drawn.kind in ("checks", "address", "pickers", "files")
        title, aid = self.desk.title(about.title), self.desk.title(about.help)
        return FieldBox(name, identity, title, 12, aid, required, wrong, drawn, group=group)

    def _target(self, name: str) -> str:
        if name in ("submitter", "start"):
            return self.desk.say("flow.the_submitter")
        return step_title(self.desk, self.wish.flow, name)

    def _wrong(self, path: str) -> tuple[str, ...]:
        language = self.desk.words.language
        return tuple(one.message(language) for one in self.complaints if one.path == path)

    def _box(self, name: str, title: str, kind: str, *, required: bool, group: bool = False, **more: Any) -> FieldBox:
        identity = input_id(name.removeprefix("_"))
        wrong = self._wrong(_path(name))
        described = f"{identity}-e" if wrong else ""
        spot = Spot(name, identity, required=required, invalid=bool(wrong), described=described, lookup=PEOPLE)
        return FieldBox(name, identity, title, 12, "", required, wrong, Input(kind, spot, **more), group=group)
