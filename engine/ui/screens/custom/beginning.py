"""The form that begins a definition about an object, such as a flow or a web form: its title and the object."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from engine.kernel.errors import Complaint
from engine.storage import sort_key
from engine.tenancy import Fault
from engine.ui.screens.custom.shop import Bar, Shop, free_name, name_from
from engine.ui.widgets.base import Option


@dataclass(frozen=True, slots=True)
class NewScreen:
    """The form of a definition that does not exist yet."""

    bar: Bar
    objects: tuple[Option, ...]
    values: Mapping[str, str]
    errors: Mapping[str, str]
    problems: tuple[str, ...]


def build_new(
    shop: Shop, tab: str, given: Mapping[str, str] | None = None, wrong: Sequence[Complaint] = ()
) -> NewScreen:
    """Return the form, empty or with what was given and what is wrong with it."""
    values = {"title.zh": "", "title.en": "", "object": "", **(given or {})}
    found = [
        Option(one.id, shop.titled("object", one.id), one.id == values["object"])
        for one in shop.of_kind("object")
        if one.body.get("parent") is None
    ]
    language = shop.desk.words.language
    errors = {one.path: one.message(language) for one in wrong if not isinstance(one, Fault)}
    problems = tuple(shop.said(one) for one in wrong if isinstance(one, Fault))
    return NewScreen(shop.bar(tab), tuple(sorted(found, key=lambda one: sort_key(one.text))), values, errors, problems)


def begun(shop: Shop, kind: str, suffix: str, given: Mapping[str, str]) -> tuple[str, dict[str, Any], list[Complaint]]:
    """Return the name of a new definition of a kind, its title and object, and what is left out."""
    zh, en, object = given.get("title.zh", ""), given.get("title.en", ""), given.get("object", "")
    wrong = [] if zh or en else [Complaint("title.zh", "required")]
    if shop.found("object", object) is None:
        wrong.append(Complaint("object", "required"))
    taken = {one.id: True for one in shop.of_kind(kind)}
    name = free_name(name_from(en), taken, f"{object[:40]}_{suffix}")
    return name, {"title": {"zh": zh or en, "en": en or zh}, "object": object}, wrong
