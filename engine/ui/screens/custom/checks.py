"""A check of an object as a form: what must be true, when, and what is said otherwise."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from engine.kernel.errors import Complaint, Rejected
from engine.metamodel.layers.edits import Edit
from engine.tenancy import Fault
from engine.ui.screens.custom.shop import Bar, Shop, free_name, name_from
from engine.ui.widgets.base import Option


@dataclass(frozen=True, slots=True)
class CheckScreen:
    """A check as a form."""

    bar: Bar
    object: str
    object_title: str
    name: str
    is_new: bool
    values: Mapping[str, str]
    errors: Mapping[str, str]
    problems: tuple[str, ...]
    fields: tuple[Option, ...]


def build_check(
    shop: Shop, object: str, name: str, given: Mapping[str, str] | None = None, wrong: Sequence[Complaint] = ()
) -> CheckScreen:
    """Return the form of a check; without a name that of a new one."""
    found = shop.body("object", object).get("checks", {}).get(name, {})
    say = found.get("say", "")
    stored = {
        "that": str(found.get("that", "")).strip(),
        "when": str(found.get("when", "")).strip(),
        "field": str(found.get("field", "")),
        "say.zh": say if isinstance(say, str) else str(say.get("zh", "")),
        "say.en": say if isinstance(say, str) else str(say.get("en", "")),
    }
    values = {**stored, **(given or {})}
    errors: dict[str, str] = {}
    problems: list[str] = []
    language = shop.desk.words.language
    for one in wrong:
        key = (
            str(one.place[-1])
            if isinstance(one, Fault) and len(one.place) > 2 and one.place[0] == "checks"
            else one.path
        )
        text = " ".join(filter(None, (one.message(language), one.hint(language))))
        if key in ("that", "when", "field", "say.zh"):
            errors[key] = text
        else:
            problems.append(shop.said(one))
    fields = (
        Option("", shop.desk.say("custom.whole_record"), not values["field"]),
        *(Option(one, shop.field_title(object, one), one == values["field"]) for one in shop.fields(object)),
    )
    title = shop.titled("object", object)
    return CheckScreen(shop.bar(), object, title, name, not found, values, errors, tuple(problems), fields)


def check_edits(
    shop: Shop, object: str, name: str, given: Mapping[str, str], *, remove: bool = False
) -> tuple[Edit, ...]:
    """Return what a posted form of a check means. Raises Rejected when something is left out."""
    checks = shop.body("object", object).get("checks", {})
    if remove:
        return (Edit("remove", "object", object, ("checks", name)),)
    wrong = tuple(_missing(given))
    if wrong:
        raise Rejected("invalid", wrong, count=len(wrong))
    zh, en = given.get("say.zh", ""), given.get("say.en", "")
    made = dict(checks.get(name, {}))
    made |= {"that": given["that"], "say": {"zh": zh or en, "en": en or zh}}
    for key in ("when", "field"):
        made.pop(key, None)
        if given.get(key):
            made[key] = given[key]
    if name:
        return (Edit("set", "object", object, ("checks", name), made),) if made != checks.get(name) else ()
    return (Edit("insert", "object", object, ("checks", free_name(name_from(en), checks, "own_check")), made),)


def _missing(given: Mapping[str, str]) -> Iterator[Complaint]:
    if not given.get("that"):
        yield Complaint("that", "required")
    if not (given.get("say.zh") or given.get("say.en")):
        yield Complaint("say.zh", "required")
