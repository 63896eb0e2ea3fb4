"""What applying a draft does, in the words of business; and the versions that can be brought back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from engine.kernel.catalogue import code_of
from engine.metamodel.definitions.layer import OVERLAY, text_of
from engine.metamodel.layers.wishes import MISSING, Wish, value_at
from engine.storage.stored_state import Version
from engine.tenancy import DraftPlan
from engine.ui.screens.custom.objects import type_in_words
from engine.ui.screens.custom.shop import Bar, Shop

_LONGEST = 80


@dataclass(frozen=True, slots=True)
class ChangeLine:
    """One thing that changes: where, and from what to what."""

    verb: str
    where: str
    what: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class EditLine:
    """An edit of the draft, which can be taken back."""

    index: int
    text: str
    problem: str


@dataclass(frozen=True, slots=True)
class PlanScreen:
    """The draft, what it changes, and what follows from it."""

    bar: Bar
    token: str
    fits: bool
    empty: bool
    problems: tuple[str, ...]
    misfits: tuple[str, ...]
    changes: tuple[ChangeLine, ...]
    edits: tuple[EditLine, ...]
    imported: bool
    steps: tuple[str, ...]
    rows: int
    columns: int
    people: int
    sight: tuple[tuple[str, str, str, str], ...]
    rights: tuple[tuple[str, str, str], ...]
    moved: bool
    text: str


@dataclass(frozen=True, slots=True)
class VersionRow:
    """A version of the definitions."""

    number: int
    when: str
    by: str
    note: str
    current: bool


@dataclass(frozen=True, slots=True)
class VersionsScreen:
    """All versions, newest first."""

    bar: Bar
    rows: tuple[VersionRow, ...]
    own: bool


def build_plan(shop: Shop, plan: DraftPlan, refused: Sequence[str] = ()) -> PlanScreen:
    """Return what applying the draft does."""
    bench = plan.bench
    told = plan.plan.as_dict() if plan.plan is not None else {"steps": [], "misfits": [], "access": {}}
    access: Mapping[str, Any] = told["access"]
    rows, rights = access.get("rows", []), access.get("rights", [])
    return PlanScreen(
        shop.bar("plan"),
        plan.token,
        plan.fits,
        bench.draft.empty,
        (*refused, *(shop.said(one) for one in plan.faults)),
        tuple(_sentence(shop, one["code"], one) for one in told["misfits"]),
        tuple(_change(shop, wish) for wish in bench.wishes),
        tuple(_edits(shop)),
        bench.draft.text is not None,
        tuple(dict.fromkeys(_steps(shop, told["steps"]))),
        sum(int(one.get("rows", 0)) for one in told["steps"]),
        sum(one["step"] in ("add_column", "create_table", "revive_column") for one in told["steps"]),
        len({one["login"] for one in rows} | {login for one in rights for login in one.get("users", ())}),
        tuple(
            (one["login"], shop.titled("object", one["object"]), _figure(one["gained"]), _figure(one["lost"]))
            for one in rows
        ),
        tuple(_right(shop, one) for one in rights),
        not bench.draft.empty and bench.draft.version != bench.version,
        bench.text,
    )


def build_versions(shop: Shop, versions: Sequence[Version]) -> VersionsScreen:
    """Return all versions."""
    when = shop.desk.dates.instant_or_word
    rows = tuple(
        VersionRow(one.version, when(one.created_at), one.created_by, _note(shop, one.note), at == 0)
        for at, one in enumerate(versions)
    )
    own = any(layer.name == OVERLAY for layer in shop.bench.layers)
    return VersionsScreen(shop.bar("versions"), rows, own)


def _note(shop: Shop, note: str) -> str:
    return shop.desk.say("custom.adapted") if note == OVERLAY else note


def _figure(value: int | None) -> str:
    return "?" if value is None else str(value)


def _right(shop: Shop, one: Mapping[str, Any]) -> tuple[str, str, str]:
    say = shop.desk.say
    changed = [*(f"+ {action}" for action in one["gained"]), *(f"− {action}" for action in one["lost"])]
    changed += [
        f"{shop.field_title(one['object'], name)}{say('flow.colon')}{before} → {after}"
        for name, (before, after) in one["fields"].items()
    ]
    roles = say("value.joint").join(shop.titled("role", role) for role in one["roles"])
    return roles, shop.titled("object", one["object"]), say("value.joint").join(changed)


def _steps(shop: Shop, steps: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Yield what happens to tables and data, as far as it concerns those who use them."""
    for one in steps:
        word = f"custom.step_{one['step']}"
        if shop.desk.words.has(word):
            yield shop.desk.say(word, **_named(shop, one))


def _sentence(shop: Shop, code: str, told: Mapping[str, Any]) -> str:
    """Return a sentence of the plan with titles in the place of names."""
    params, entry, language = _named(shop, told), code_of(code), shop.desk.words.language
    texts = (entry.sentence(params).in_language(language), entry.hint(params).in_language(language))
    return " ".join(filter(None, texts))


def _named(shop: Shop, told: Mapping[str, Any]) -> dict[str, Any]:
    params = {key: value for key, value in told.items() if key not in ("say", "hint", "step", "code")}
    object = str(params.get("object", ""))
    if "field" in params:
        params["field"] = _quoted(shop, shop.field_title(object, str(params["field"])))
    if "fields" in params:
        names = params["fields"].split(", ") if isinstance(params["fields"], str) else params["fields"]
        titles = [_quoted(shop, shop.field_title(object, str(one).removeprefix("_sort_"))) for one in names]
        params["fields"] = shop.desk.say("value.joint").join(titles)
    for key in ("object", "target"):
        if key in params:
            params[key] = shop.titled("object", str(params[key]))
    return params


def _quoted(shop: Shop, text: str) -> str:
    return shop.desk.say("custom.quoted", text=text)


def _change(shop: Shop, wish: Wish) -> ChangeLine:
    pieces = shop.pieces(wish.kind, wish.id, wish.path)
    old = shop.bench.now.find(wish.kind, wish.id)
    before = value_at(old.document.body, wish.path) if old is not None and wish.path else MISSING
    known = wish.verb == "set" and before is not MISSING
    where = " › ".join(pieces[:-1])
    return ChangeLine(
        wish.verb,
        f"{shop.kind(wish.kind)}{shop.desk.say('flow.colon')}{where}" if where else shop.kind(wish.kind),
        pieces[-1],
        _short(shop, before) if known else "",
        _short(shop, wish.value) if wish.verb in ("set", "insert") else "",
    )


def _short(shop: Shop, value: Any) -> str:
    if isinstance(value, Mapping):
        label = text_of(value if set(value) <= {"zh", "en"} else value.get("title"))
        return type_in_words(shop, value) if "type" in value else label.in_language(shop.desk.words.language)
    if isinstance(value, bool):
        return shop.desk.say("value.yes" if value else "value.no")
    if isinstance(value, list):
        return ""
    text = str(value).strip()
    return text if len(text) <= _LONGEST else text[:_LONGEST] + "…"


def _edits(shop: Shop) -> Iterator[EditLine]:
    unfit = {one.path: shop.said(one) for one in shop.bench.unfit}
    for index, edit in enumerate(shop.bench.draft.edits):
        words = " › ".join(shop.pieces(edit.kind, edit.id, edit.path))
        what = f"{shop.kind(edit.kind)}{shop.desk.say('flow.colon')}{words}"
        yield EditLine(index, shop.desk.say(f"custom.edit_{edit.verb}", what=what), unfit.get(f"edits[{index}]", ""))
