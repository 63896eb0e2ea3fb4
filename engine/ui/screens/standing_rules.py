"""Rules beside roles: restrictive ones, which no role widens, and those that share records; to read and to edit."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from engine.metamodel.definitions.layer import OVERLAY, text_of
from engine.metamodel.model import ACTIONS, ObjectModel
from engine.rights.receiving import Place
from engine.storage import sort_key
from engine.tenancy import Workbench
from engine.ui.desk import Desk
from engine.ui.screens.filtering import RuleRow
from engine.ui.screens.filters import Rule
from engine.ui.screens.granting import action_title, layer_title, object_title, role_title
from engine.ui.screens.standing_filters import read_back, standing_rows
from engine.ui.widgets.base import Option

KINDS = ("restrict", "sharing")
# where the condition of each kind stands
CONDITION: Mapping[str, str] = {"restrict": "that", "sharing": "when"}
LEVELS = ("read", "update")
# who receives what a rule shares -> the kind of place that its codes name
RECEIVERS: Mapping[str, str] = {"positions": "position", "units": "unit", "branches": "unit", "teams": "team"}
Body = Mapping[str, Any]
Places = Mapping[str, Sequence[Place]]


@dataclass(frozen=True, slots=True)
class RuleLine:
    """A rule in the list: what it bounds or shares, and with whom. ``mark``: new or changed in the draft."""

    title: str
    object: str
    condition: str
    what: str
    who: str
    layer: str
    mark: str
    href: str
    off: bool = False


@dataclass(frozen=True, slots=True)
class RulesScreen:
    """All of them by kind."""

    groups: tuple[tuple[str, tuple[RuleLine, ...]], ...]
    editable: bool
    pending: int


@dataclass(frozen=True, slots=True)
class RuleEditScreen:
    """A rule being edited. Without an object only that is asked for. ``by``: rows of the builder, or a text."""

    kind: str
    action: str
    title: str
    object: str
    object_title: str
    objects: tuple[Option, ...]
    zh: str
    en: str
    actions: tuple[Option, ...]
    levels: tuple[Option, ...]
    roles: tuple[Option, ...]
    receivers: tuple[tuple[str, tuple[Option, ...]], ...]
    by: str
    together: bool
    rows: tuple[RuleRow, ...]
    text: str
    is_new: bool
    own: bool
    changed: bool
    off: bool
    pending: int
    errors: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Written:
    """A condition as it was posted: rows of the builder, or a text."""

    by: str
    rules: tuple[Rule, ...]
    together: bool
    text: str


@dataclass(frozen=True, slots=True)
class Subject:
    """The rule that a page is about; a new one has no name yet."""

    bench: Workbench
    kind: str
    name: str
    body: Body


@dataclass(frozen=True, slots=True)
class Known:
    """What else the page shows: places that may receive records, and titles of records named in conditions, by id."""

    places: Places
    titles: Mapping[str, str]


def build_rules_beside(desk: Desk, bench: Workbench | None, pending: int) -> RulesScreen:
    """Return all rules: as they are, and for who may edit as they will be after the draft."""
    groups = []
    for kind in KINDS:
        lines = _read(desk, kind) if bench is None else _drafted(desk, bench, kind)
        groups.append((kind, tuple(sorted(lines, key=lambda line: (sort_key(line.object), sort_key(line.title))))))
    return RulesScreen(tuple(groups), bench is not None, pending)


def build_rule_choice(desk: Desk, kind: str, pending: int) -> RuleEditScreen:
    """Return the page on which the object of a new rule is chosen."""
    listed = sorted(_ruled(desk), key=lambda found: sort_key(object_title(desk, found.name)))
    objects = tuple(Option(found.name, object_title(desk, found.name)) for found in listed)
    title = desk.say(f"beside.new_{kind}")
    return RuleEditScreen(
        *(kind, f"/roles/+rules/{kind}/+new", title, "", "", objects, "", "", (), (), (), ()),
        *("rows", True, (), "", True, False, False, False, pending, ()),
    )


def build_rule_edit(
    desk: Desk, subject: Subject, known: Known, written: Written | None = None, errors: Sequence[str] = ()
) -> RuleEditScreen:
    """Return a rule as a form."""
    bench, kind, name, body = subject.bench, subject.kind, subject.name, subject.body
    object = str(body.get("of", ""))
    model = desk.model.lists[object]
    told = written or written_of(desk, body, CONDITION[kind])
    base, wanted = bench.base.find(kind, name), bench.wanted.find(kind, name)
    label = body.get("title") or {}
    zh, en = (label, label) if isinstance(label, str) else (label.get("zh", ""), label.get("en", ""))
    on, to = body.get("on") or (), body.get("to") or {}
    return RuleEditScreen(
        kind=kind,
        action=f"/roles/+rules/{kind}/{name or '+new'}",
        title=(zh if desk.words.language == "zh" else en) or zh or name or desk.say(f"beside.new_{kind}"),
        object=object,
        object_title=object_title(desk, object),
        objects=(),
        zh=zh,
        en=en,
        actions=tuple(Option(one, action_title(desk, object, one), one in on) for one in _actions(desk, object))
        if kind == "restrict"
        else (),
        levels=tuple(Option(one, desk.say(f"beside.level_{one}"), one == body.get("level", "read")) for one in LEVELS),
        roles=tuple(
            Option(one.name, role_title(desk, one.name), one.name in to.get("roles", ()))
            for one in desk.model.roles.values()
        ),
        receivers=tuple(_receivers(to, known.places)) if kind == "sharing" else (),
        by=told.by,
        together=told.together,
        rows=standing_rows(desk, model, told.rules, known.titles),
        text=told.text,
        is_new=not name,
        own=base is None and wanted is not None,
        changed=base is not None and wanted is not None and base.document.body != wanted.document.body,
        off=body.get("enabled") is False,
        pending=len(bench.draft.edits),
        errors=tuple(errors),
    )


def written_of(desk: Desk, body: Body, key: str) -> Written:
    """Return the condition of a definition: as rows of the builder where it can be said by them."""
    text = str(body.get(key, "")).strip()
    if not text:
        return Written("rows", (), True, "")
    found = read_back(desk, str(body.get("of", "")), text)
    return Written("text", (), True, text) if found is None else Written("rows", *found, text)


def named_records(desk: Desk, object: str, rules: Iterable[Rule]) -> Iterator[tuple[str, str]]:
    """Yield (object, id) of the records and people that rows of the builder name."""
    fields = desk.model.objects[object].fields
    for rule in rules:
        field = fields.get(rule.path)
        if field is not None and field.type in ("reference", "department", "user"):
            target = "user" if field.type == "user" else next(iter(field.targets), "")
            for value in rule.values:
                yield target, value.partition(" ")[0]


# ---------------------------------------------------------------------------------------------------------------------


def _ruled(desk: Desk) -> Iterator[ObjectModel]:
    return (found for found in desk.model.objects.values() if found.name in desk.model.lists)


def _actions(desk: Desk, object: str) -> tuple[str, ...]:
    life = desk.model.lifecycle_of(object)
    return (*ACTIONS, *(life.transitions if life is not None else ()))


def _receivers(to: Body, places: Places) -> Iterator[tuple[str, tuple[Option, ...]]]:
    for key, kind in RECEIVERS.items():
        held = [str(code) for code in to.get(key, ())]
        known = {place.code: place.title for place in places.get(kind, ())}
        titles = {**known, **{code: code for code in held if code not in known}}
        if titles:
            yield key, tuple(Option(code, title, code in held) for code, title in titles.items())


def _read(desk: Desk, kind: str) -> Iterator[RuleLine]:
    if kind == "restrict":
        for bound in desk.model.restrictions.values():
            yield RuleLine(
                desk.title(bound.title) or bound.name,
                object_title(desk, bound.object),
                bound.that.text,
                _on(desk, bound.object, sorted(bound.on)),
                "",
                layer_title(desk, bound.layer),
                "",
                "",
            )
        return
    for share in desk.model.sharings.values():
        level = LEVELS[share.level - 1]
        yield RuleLine(
            desk.title(share.title) or share.name,
            object_title(desk, share.object),
            share.when.text,
            desk.say(f"beside.level_{level}"),
            desk.say("value.joint").join(_receiver(desk, one) for one in share.receivers),
            layer_title(desk, share.layer),
            "",
            "",
        )


def _drafted(desk: Desk, bench: Workbench, kind: str) -> Iterator[RuleLine]:
    for found in bench.wanted.of_kind(kind):
        id, body = found.document.id, found.document.body
        now, object = bench.now.find(kind, id), str(body.get("of", ""))
        mark = "new" if now is None else "changed" if now.document.body != body else ""
        to = body.get("to") or {}
        receivers = [f"{key}:{code}" for key in ("roles", *RECEIVERS) for code in to.get(key, ())]
        shared = kind == "sharing"
        yield RuleLine(
            desk.title(text_of(body.get("title"))) or id,
            object_title(desk, object),
            str(body.get(CONDITION[kind], "")).strip(),
            desk.say(f"beside.level_{body.get('level', 'read')}")
            if shared
            else _on(desk, object, body.get("on") or ()),
            desk.say("value.joint").join(_receiver(desk, one) for one in receivers),
            layer_title(desk, found.layer_of(()) or OVERLAY),
            mark,
            f"/roles/+rules/{kind}/{id}",
            body.get("enabled") is False,
        )


def _on(desk: Desk, object: str, actions: Sequence[str]) -> str:
    if not actions:
        return desk.say("beside.every_action")
    return desk.say("value.joint").join(action_title(desk, object, one) for one in actions)


def _receiver(desk: Desk, receiver: str) -> str:
    kind, _, code = receiver.partition(":")
    if kind in ("role", "roles"):
        return role_title(desk, code)
    return desk.say(f"beside.to_{_SINGULAR.get(kind, kind)}", code=code)


_SINGULAR = {"positions": "position", "units": "unit", "branches": "branch", "teams": "team"}
