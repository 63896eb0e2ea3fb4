"""Restrictive and sharing rules, listed and edited: what is changed goes into the draft that roles share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import Response

from engine.kernel.errors import Complaint, Missing
from engine.metamodel.layers.edits import Edit
from engine.tenancy import Workbench
from engine.ui.door import Call, Route, Toast
from engine.ui.screens.custom.shop import free_name, name_from
from engine.ui.screens.filtering import filterable
from engine.ui.screens.filters import PERIOD, built_rules
from engine.ui.screens.navigation import may_open
from engine.ui.screens.standing_filters import standing_text
from engine.ui.screens.standing_rules import (
    CONDITION,
    KINDS,
    LEVELS,
    RECEIVERS,
    Known,
    Subject,
    Written,
    build_rule_choice,
    build_rule_edit,
    build_rules_beside,
    named_records,
    written_of,
)
from engine.ui.views.role_drafts import draft_bench, go_on, propose_edits

_MOST_TEXT = 8192
HOME = "/roles/+rules"


def show_rules_beside(call: Call) -> Response:
    """Draw all restrictive and sharing rules."""
    if not may_open(call.desk, "roles"):
        raise Missing("no_such_page")
    bench = None
    if call.desk.policy.everything and not call.desk.viewing:
        bench = draft_bench(call)
    pending = 0 if bench is None else len(bench.draft.edits)
    return call.page("rules_beside", build_rules_beside(call.desk, bench, pending))


def show_new_rule(call: Call) -> Response:
    """Draw the choice of an object, then the form of a new rule about its records."""
    bench, kind, object = draft_bench(call), _kind(call), call.argument("of")
    if object not in call.desk.model.lists or object not in call.desk.model.objects:
        return call.page("rule_beside", build_rule_choice(call.desk, kind, len(bench.draft.edits)))
    return _page(call, Subject(bench, kind, "", {"of": object}))


def show_rule(call: Call) -> Response:
    """Draw a rule as a form."""
    bench = draft_bench(call)
    return _page(call, Subject(bench, _kind(call), call.place["name"], _body(call, bench)))


def create_rule(call: Call) -> Response:
    """Draft a new rule."""
    bench, kind = draft_bench(call), _kind(call)
    object = call.form.one("of") or ""
    if object not in call.desk.model.lists or object not in call.desk.model.objects:
        raise Missing("no_such_page")
    written = _written(call, object)
    body = _posted(call, kind, {"of": object}, written)
    taken = {found.document.id: None for found in bench.wanted.of_kind(kind)}
    name = free_name(name_from(call.form.one("title.en") or ""), taken, f"{kind}_rule")
    wrong = _wrong(call, kind, body, written) or propose_edits(call, [Edit("insert", kind, name, (), body)])
    if wrong:
        return _page(call, Subject(bench, kind, "", body), written, wrong)
    return call.go("/roles/changes", Toast(call.desk.say("roles.drafted")))


def change_rule(call: Call) -> Response:
    """Draft another wording of a rule, take it away, switch it off or on, or give it back what the pack says."""
    bench, kind, name = draft_bench(call), _kind(call), call.place["name"]
    before = _body(call, bench)
    base = bench.base.find(kind, name)
    match call.form.one("_do"):
        case "remove" if base is None:
            edits = [Edit("remove", kind, name)]
        case "restore" if base is not None:
            edits = [Edit("set", kind, name, (), dict(base.document.body))]
        case "off":
            edits = [Edit("set", kind, name, ("enabled",), False)]
        case "on":
            said = base is not None and "enabled" in base.document.body
            edits = [Edit("set" if said else "remove", kind, name, ("enabled",), True)]
        case _:
            written = _written(call, str(before["of"]))
            body = _posted(call, kind, before, written)
            wrong = _wrong(call, kind, body, written)
            edits = [] if body == before else [Edit("set", kind, name, (), body)]
            wrong = wrong or propose_edits(call, edits)
            if wrong:
                return _page(call, Subject(bench, kind, name, body), written, wrong)
            return go_on(call, edits, HOME)
    wrong = propose_edits(call, edits)
    if wrong:
        return _page(call, Subject(bench, kind, name, before), None, wrong)
    return go_on(call, edits, HOME)


# ---------------------------------------------------------------------------------------------------------------------


def _kind(call: Call) -> str:
    kind = call.place["kind"]
    if kind not in KINDS:
        raise Missing("no_such_page")
    return kind


def _body(call: Call, bench: Workbench) -> Mapping[str, Any]:
    found = bench.wanted.find(_kind(call), call.place["name"])
    if found is None or found.document.body.get("of") not in call.desk.model.objects:
        raise Missing("no_such_page")
    body: Mapping[str, Any] = found.document.body
    return body


def _page(call: Call, subject: Subject, written: Written | None = None, wrong: Sequence[str] = ()) -> Response:
    kind, body, receiving = subject.kind, subject.body, call.services.rights.receiving
    told = written or written_of(call.desk, body, CONDITION[kind])
    titles = receiving.titles(call.context, named_records(call.desk, str(body["of"]), told.rules))
    places = receiving.places(call.context) if kind == "sharing" else {}
    screen = build_rule_edit(call.desk, subject, Known(places, titles), told, wrong)
    return call.page("rule_beside", screen, 422 if wrong else 200)


def _written(call: Call, object: str) -> Written:
    desk, form = call.desk, call.form
    together = form.one("match") != "any"
    fields = dict(filterable(desk, desk.model.lists[object]))
    rules = tuple(rule for rule in built_rules(call.request.form) if rule.path in fields)
    if form.one("by") == "text":
        text = (form.one("text") or "").replace("\r\n", "\n").strip()[:_MOST_TEXT]
        return Written("text", rules, together, text)
    complete = [rule for rule in rules if rule.complete and rule.operator != PERIOD]
    return Written("rows", rules, together, standing_text(complete, fields, together, desk.dates.today))


def _posted(call: Call, kind: str, before: Mapping[str, Any], written: Written) -> dict[str, Any]:
    """Return the body of a rule as it was posted; what the form does not ask for stays as it was."""
    form = call.form
    told = {language: (form.one(f"title.{language}") or "").strip() for language in ("zh", "en")}
    body = {key: value for key, value in before.items() if key not in ("on", "to", "level", "title")}
    body["title"] = {language: text for language, text in told.items() if text}
    if written.text != str(before.get(CONDITION[kind], "")).strip():
        body[CONDITION[kind]] = written.text
    if kind == "restrict":
        chosen = list(dict.fromkeys(form.many("on")))
        if chosen:
            body["on"] = chosen
    else:
        body["to"] = {key: codes for key in ("roles", *RECEIVERS) if (codes := list(form.many(key)))}
        body["level"] = form.one("level") if form.one("level") in LEVELS else "read"
    # what was written in an order stays in it
    return {**{key: body[key] for key in before if key in body}, **body}


def _wrong(call: Call, kind: str, body: Mapping[str, Any], written: Written) -> Sequence[str]:
    complaints = []
    if not body["title"]:
        complaints.append(Complaint("title", "rule_without_title"))
    if not written.text:
        complaints.append(Complaint("condition", "rule_without_condition"))
    if kind == "sharing" and not body["to"]:
        complaints.append(Complaint("to", "rule_without_receivers"))
    language = call.desk.words.language
    return [" ".join(filter(None, (one.message(language), one.hint(language)))) for one in complaints]


ROUTES = (
    Route("GET", HOME, show_rules_beside),
    Route("GET", f"{HOME}/<kind>/+new", show_new_rule),
    Route("POST", f"{HOME}/<kind>/+new", create_rule),
    Route("GET", f"{HOME}/<kind>/<name>", show_rule),
    Route("POST", f"{HOME}/<kind>/<name>", change_rule),
)
