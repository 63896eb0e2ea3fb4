"""Where rules are written: the page of the administration, and what its editor asks while somebody types."""

from __future__ import annotations

import json
from typing import Any

from flask import Response

from engine.kernel.errors import Missing
from engine.records.shapes import Wrong
from engine.records.shapes.rules import read_table
from engine.studio import Ground
from engine.ui.door import Call, Route
from engine.ui.screens.navigation import may_open
from engine.ui.screens.rules import build_rules, build_trials, checked_rule, checked_table, hints
from engine.ui.words import words_in

TABLE = "decision_table"
MOST_TEXT = 1024 * 1024


def show_rules(call: Call) -> Response:
    """Draw the page on which a rule is written against a chosen object."""
    if not may_open(call.desk, "rules"):
        raise Missing("no_such_page")
    screen = build_rules(call.desk, call.argument("over"), call.argument("mode"), call.argument("gives"))
    return call.page("rules", screen)


def tell_words(call: Call) -> Response:
    """Answer with the editor's own words in the reader's language."""
    return _json(words_in(call.desk.words.language).beginning("rules."))


def check(call: Call) -> Response:
    """Answer with everything that is wrong with a rule, and what is known of it."""
    studio, ground, text = call.services.rules, _ground(call), _text(call)
    if call.form.one("mode") != TABLE:
        return _json(checked_rule(call.desk, studio.check_text(call.context, ground, text)))
    try:
        table = _table(call, text)
    except Wrong as wrong:
        return _json(checked_table(call.desk, None, (), call.desk.say("rules.no_table", code=wrong.code)))
    checked = studio.check_table(call.context, ground, table)
    rows = studio.try_rows(call.context, ground, table) if checked.table is not None else ()
    return _json(checked_table(call.desk, checked, rows))


def complete(call: Call) -> Response:
    """Answer with what may come next behind a text that was begun."""
    cell = call.form.one("mode") == TABLE and call.form.one("part") == "cell"
    found = call.services.rules.complete(call.context, _ground(call), _text(call), cell=cell)
    return _json(hints(found))


def try_out(call: Call) -> Response:
    """Draw what a rule gives for three real records, each with the way there."""
    studio, ground, text = call.services.rules, _ground(call), _text(call)
    ids = call.form.many("id")
    if call.form.one("mode") == TABLE:
        try:
            trials = studio.try_table(call.context, ground, _table(call, text), ids)
        except Wrong:
            trials = ()
    else:
        trials = studio.try_text(call.context, ground, text, ids)
    return call.fragment("parts/trials", s=build_trials(call.desk, ground.over, trials))


def _ground(call: Call) -> Ground:
    return Ground(call.form.one("over") or "", call.form.one("gives") or "", call.form.one("rights") == "yes")


def _text(call: Call) -> str:
    return (call.form.one("text") or "")[:MOST_TEXT].replace("\r\n", "\n")


def _table(call: Call, text: str) -> Any:
    return read_table(text, call.context.zone) or {}


def _json(value: Any) -> Response:
    return Response(json.dumps(value, ensure_ascii=False), mimetype="application/json")


ROUTES = (
    Route("GET", "/rules", show_rules),
    Route("GET", "/rules/words", tell_words),
    Route("POST", "/rules/check", check, looks=True),
    Route("POST", "/rules/complete", complete, looks=True),
    Route("POST", "/rules/try", try_out, looks=True),
)
