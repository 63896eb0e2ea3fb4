"""Editing roles: what is changed goes into the tenant's draft, and nothing holds before that is applied."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from flask import Response

from engine.kernel.errors import Missing
from engine.metamodel.layers.edits import Edit
from engine.metamodel.model import ObjectModel
from engine.metamodel.model.grant import AREAS
from engine.tenancy import Workbench
from engine.ui.door import Call, Route, Toast
from engine.ui.screens.role_editing import EVERY, GIVING, area_parts, build_grant, build_role_edit, scopes_of
from engine.ui.views.role_drafts import draft_bench, go_on, propose_edits

_KIND = "role"


def show_role(call: Call) -> Response:
    """Draw what a role holds besides grants."""
    bench, role = draft_bench(call), call.place["role"]
    return call.page("role_edit", build_role_edit(call.desk, role, _role(bench, role), len(bench.draft.edits)))


def change_role(call: Call) -> Response:
    """Draft another title, other privileges, areas and dictionaries of a role."""
    bench, role = draft_bench(call), call.place["role"]
    body = _role(bench, role)
    wanted = _besides(call, body)
    edits = [
        Edit("set", _KIND, role, (key,), wanted[key]) if wanted[key] else Edit("remove", _KIND, role, (key,))
        for key in ("title", "privileges", "administration", "dictionaries")
        if wanted[key] != (body.get(key) or type(wanted[key])())
    ]
    wrong = propose_edits(call, edits)
    if wrong:
        screen = build_role_edit(call.desk, role, {**body, **wanted}, len(bench.draft.edits), wrong)
        return call.page("role_edit", screen, 422)
    return go_on(call, edits, call.request.path)


def show_new_role(call: Call) -> Response:
    """Draw the form for a new role."""
    bench = draft_bench(call)
    return call.page("role_edit", build_role_edit(call.desk, "", {}, len(bench.draft.edits), is_new=True))


def create_role(call: Call) -> Response:
    """Draft a new role, with the grants of another one where one is named."""
    bench, form = draft_bench(call), call.form
    name, like = (form.one("name") or "").strip(), form.one("like") or ""
    found = bench.wanted.find(_KIND, like) if like else None
    body = {**(found.document.body if found is not None else {}), "title": _title(call)}
    body.pop("description", None)
    wrong = propose_edits(call, [Edit("insert", _KIND, name, (), body)])
    if wrong:
        screen = build_role_edit(call.desk, name, body, len(bench.draft.edits), wrong, is_new=True)
        return call.page("role_edit", screen, 422)
    return call.go(f"/roles/{name}/edit", Toast(call.desk.say("roles.drafted")))


def show_grant(call: Call) -> Response:
    """Draw the grant of a role on an object."""
    bench, found, role = draft_bench(call), _object(call), call.place["role"]
    body = (_role(bench, role).get("grants") or {}).get(found.name) or {}
    return call.page("role_grant", build_grant(call.desk, role, found, body, len(bench.draft.edits)))


def change_grant(call: Call) -> Response:
    """Draft another grant of a role on an object."""
    bench, found, role = draft_bench(call), _object(call), call.place["role"]
    body = (_role(bench, role).get("grants") or {}).get(found.name) or {}
    wanted = _granted(call, found, body)
    path = ("grants", found.name)
    edits: list[Edit] = []
    if wanted != body:
        edits.append(Edit("set", _KIND, role, path, wanted) if wanted else Edit("remove", _KIND, role, path))
    wrong = propose_edits(call, edits)
    if wrong:
        return call.page("role_grant", build_grant(call.desk, role, found, wanted, len(bench.draft.edits), wrong), 422)
    return go_on(call, edits, call.request.path)


# ---------------------------------------------------------------------------------------------------------------------


def _role(bench: Workbench, role: str) -> Mapping[str, Any]:
    found = bench.wanted.find(_KIND, role)
    if found is None:
        raise Missing("no_such_page")
    body: Mapping[str, Any] = found.document.body
    return body


def _object(call: Call) -> ObjectModel:
    found = call.desk.model.objects.get(call.place["of"])
    if found is None:
        raise Missing("no_such_page")
    return found


def _title(call: Call) -> dict[str, str]:
    told = {language: (call.form.one(f"title.{language}") or "").strip() for language in ("zh", "en")}
    return {language: text for language, text in told.items() if text}


def _besides(call: Call, body: Mapping[str, Any]) -> dict[str, Any]:
    form = call.form
    before = body.get("administration") or {}
    areas = {name: scope for name in AREAS if (scope := form.one(f"area.{name}"))}
    books = body.get("dictionaries") or []
    chosen = list(form.many("dictionaries"))
    return {
        "title": _title(call),
        "privileges": _kept_order(body.get("privileges") or [], form.many("privileges")),
        "administration": {name: _area(call, name, scope, before.get(name)) for name, scope in areas.items()},
        "dictionaries": books if "*" in books and chosen else _kept_order(books, chosen),
    }


def _area(call: Call, name: str, scope: str, before: Any) -> Any:
    """Return an area as it is to be written; one that was not changed stays as it is written."""
    given = tuple(call.form.many("gives")) if name == GIVING else area_parts(before)[1]
    known, held = area_parts(before)
    if known == scope and set(given) == set(held):
        return before
    told: dict[str, Any] = {}
    if isinstance(before, Mapping):
        told = {key: value for key, value in before.items() if key not in ("scope", "roles")}
    if scope != "all":
        told["scope"] = scope
    if given:
        told["roles"] = [EVERY] if EVERY in given else _kept_order(held, given)
    return told


def _granted(call: Call, found: ObjectModel, body: Mapping[str, Any]) -> dict[str, Any]:
    form = call.form
    grant: dict[str, Any] = {}
    for name in form.keys("grant"):
        part = _part(form.many(f"grant.{name}"), form.one(f"when.{name}") or "", body.get(name, False))
        if part is not None:
            grant[name] = part
    own = body.get("actions")
    if isinstance(own, dict):
        moves = {
            name: part
            for name in form.keys("move")
            if (part := _part(form.many(f"move.{name}"), form.one(f"when.{name}") or "", own.get(name, False)))
            is not None
        }
        if moves:
            grant["actions"] = moves
    elif chosen := list(form.many("moves")):
        life = call.desk.model.lifecycle_of(found.name)
        every = life is not None and set(chosen) == set(life.transitions)
        grant["actions"] = own if own and "*" in own and every else _kept_order(own or [], chosen)
    fields = dict(_fields(call, body.get("fields") or {}))
    if fields:
        grant["fields"] = fields
    # what was written in an order stays in it
    return {**{key: grant[key] for key in body if key in grant}, **grant}


def _part(scopes: Sequence[str], when: str, before: Any) -> Any:
    ticked = [one for one in scopes if one]
    if not ticked:
        return None
    told = dict(before) if isinstance(before, Mapping) else {}
    if set(ticked) != set(scopes_of(before)) or before is False:
        told.pop("scope", None)
        if "all" not in ticked:
            told = {"scope": ticked[0] if len(ticked) == 1 else ticked, **told}
    if when.strip() != str(told.get("when", "")):
        told.pop("when", None)
        if when.strip():
            told["when"] = when.strip()
    return told


def _fields(call: Call, before: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for name in dict.fromkeys([*before, *call.form.keys("field")]):
        mode = call.form.one(f"field.{name}")
        if mode is None or mode == "=":
            if name in before:
                yield name, before[name]
        elif mode:
            yield name, mode


def _kept_order(before: Sequence[str], chosen: Sequence[str]) -> list[str]:
    return [*(one for one in before if one in chosen), *(one for one in chosen if one not in before)]


ROUTES = (
    Route("GET", "/roles/+new", show_new_role),
    Route("POST", "/roles/+new", create_role),
    Route("GET", "/roles/<role>/edit", show_role),
    Route("POST", "/roles/<role>/edit", change_role),
    Route("GET", "/roles/<role>/grants/<of>", show_grant),
    Route("POST", "/roles/<role>/grants/<of>", change_grant),
)
