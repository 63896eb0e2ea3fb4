"""Lists: rows, count, filter builder, columns, and what is done with many rows at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from flask import Response

from engine.kernel.errors import Malformed, TesseraError
from engine.kernel.names import is_record_id
from engine.metamodel.model import ListModel
from engine.records import Listing
from engine.storage import Tally
from engine.ui.door import Call, Route, Toast, own_address
from engine.ui.screens.addresses import ListAddress, read_address
from engine.ui.screens.columns import ColumnSpec, column_specs, resolve
from engine.ui.screens.filtering import build_rule_row, filterable
from engine.ui.screens.filters import Rule, built_rules, feel_of
from engine.ui.screens.lists import PAGE, build_list
from engine.ui.screens.merging import MOST
from engine.ui.screens.totals import totals_of_list
from engine.ui.views.finding import found_object

_COLUMNS_COOKIE = "tessera-columns"
_A_YEAR = 31_536_000
# a cookie holds 4 KB
_MOST_COLUMNS = 40


def show_list(call: Call) -> Response:
    """Draw a page of the list."""
    desk = call.desk
    found = found_object(call)
    model = desk.model.lists[found.name]
    address = read_address(found.name, list(call.request.args.items(multi=True)))
    specs = column_specs(desk, model, chosen_columns(call))
    try:
        rows, after = _read(call, model, address, specs)
        wrong = ""
    except Malformed as error:
        # a condition that somebody typed: the page comes back with the complaint above the rows
        rows, after, wrong = (), None, _complaint(error, desk.words.language)
    screen = build_list(desk, model, address, specs, (rows, after))
    return call.page("list", screen, 422 if wrong else 200, wrong=wrong)


def count_rows(call: Call) -> Response:
    """Count the rows of a list; only when asked."""
    desk = call.desk
    found = found_object(call)
    model = desk.model.lists[found.name]
    address = read_address(found.name, list(call.request.args.items(multi=True)))
    listing = Listing(
        found.name,
        condition_of(call, model, address),
        address.quick,
        view=address.view or None,
        deleted=address.deleted,
    )
    count = call.services.records.count_listing(call.context, listing)
    key = "list.count_capped" if count.capped else "list.counted"
    text = desk.say(key, n=f"{count.value:,}")
    if count.value and not count.capped:

        def sum_up(by: Sequence[str], sums: Sequence[str]) -> Sequence[Tally]:
            return call.services.records.tally(call.context, listing, by, sums)

        specs = column_specs(desk, model, chosen_columns(call))
        text = " · ".join((text, *totals_of_list(desk, found.name, specs, sum_up)))
    if call.by_htmx:
        return call.fragment("fragments/text", text=text)
    return call.go(address.url(), Toast(text))


def filter_list(call: Call) -> Response:
    """Turn the filter builder's inputs into the address of a list."""
    found = found_object(call)
    kept = read_address(found.name, list(call.request.args.items(multi=True)))
    rules = tuple(rule for rule in _built_rules(call) if rule.complete)
    return call.go(replace(kept, rules=rules, together=call.argument("match") != "any", trail=()).url())


def draw_rule(call: Call) -> Response:
    """Draw a row of the filter builder: a new one, or one whose field or operator has changed."""
    found = found_object(call)
    model = call.desk.model.lists[found.name]
    key = call.argument("key") or call.argument("next") or "9"
    rule = next((rule for rule in _built_rules(call)), None)
    if rule is None:
        rule = Rule(next((name for name, _ in filterable(call.desk, model)), ""), "")
    row = build_rule_row(call.desk, model, rule, key[:6], standing=bool(call.argument("standing")))
    return call.fragment("fragments/rule", object=found.name, row=row)


def choose_columns(call: Call) -> Response:
    """Keep the columns that a reader chose for a list, in a cookie of that list's own path."""
    found = found_object(call)
    answer = call.go(call.form.one("_back") or f"/o/{found.name}")
    path = f"/o/{found.name}"
    if call.form.one("reset"):
        answer.delete_cookie(_COLUMNS_COOKIE, path=path)
    else:
        known = [path for path in call.form.many("column") if resolve(call.desk, found.name, path) is not None]
        chosen = ",".join(known[:_MOST_COLUMNS])
        answer.set_cookie(_COLUMNS_COOKIE, chosen, max_age=_A_YEAR, path=path, httponly=True, samesite="Lax")
    return answer


def condition_of(call: Call, model: ListModel, address: ListAddress) -> str | None:
    """Return the FEEL of a list: its own condition, the view's, the rules' and what somebody wrote."""
    fields = dict(filterable(call.desk, model))
    pairs = [(rule, fields[rule.path]) for rule in address.rules if rule.path in fields]
    built = feel_of(pairs, address.together, call.desk.dates.today)
    parts = [text for text in (built, address.feel) if text]
    return " and ".join(f"({part})" for part in parts) or None


def change_many(call: Call) -> Response:
    """Do one thing with every marked row; what could not be done is told with its reason."""
    desk = call.desk
    found = found_object(call)
    action = call.form.one("action") or ""
    back = own_address(call.form.one("_back") or f"/o/{found.name}")
    if action == "merge":
        ids = [key.partition("@")[0] for key in call.form.many("row")]
        marked = "&".join(f"row={id}" for id in ids[:MOST] if is_record_id(id))
        return call.go(f"/o/{found.name}/merge?{marked}" if marked else back)
    done, refused = 0, []
    for key in call.form.many("row")[:PAGE]:
        id, _, version = key.partition("@")
        try:
            _change_one(
                call,
                found.name,
                id,
                int(version) if version.isascii() and version.isdigit() and len(version) < 16 else 0,
                action,
            )
            done += 1
        except TesseraError as error:
            refused.append(error.message(desk.words.language))
    text = desk.say("list.bulk_done", n=done)
    if refused:
        reasons = "；" if desk.words.language == "zh" else "; "
        text = desk.say("list.bulk_partly", n=done, m=len(refused), why=reasons.join(dict.fromkeys(refused)))
    return call.go(back, Toast(text))


def _change_one(call: Call, object: str, id: str, version: int, action: str) -> None:
    services, context = call.services, call.context
    if action == "delete":
        services.records.delete(context, object, id, version)
    elif action == "restore":
        services.records.restore(context, object, id, version)
    elif action.startswith("do:"):
        services.workflow.perform(context, object, id, version, action.removeprefix("do:"), {})


def _read(
    call: Call, model: ListModel, address: ListAddress, specs: Sequence[ColumnSpec]
) -> tuple[Sequence[Any], str | None]:
    found = call.desk.model.objects[model.object]
    fields = dict.fromkeys([*(spec.path for spec in specs), *call.desk.called(found.name), "id", "version"])
    page = call.services.records.list(
        call.context,
        Listing(
            object=found.name,
            where=condition_of(call, model, address),
            quick=address.quick,
            sort=address.sort,
            fields=tuple(fields),
            limit=PAGE,
            after=address.after,
            view=address.view or None,
            deleted=address.deleted,
        ),
    )
    return page.records, page.after


def _built_rules(call: Call) -> Iterator[Rule]:
    return built_rules(call.request.args)


def chosen_columns(call: Call) -> tuple[str, ...]:
    """Return the columns that the reader chose for a list, none when he keeps its own."""
    return tuple(part for part in call.request.cookies.get(_COLUMNS_COOKIE, "").split(",") if part)


def _complaint(error: TesseraError, language: str) -> str:
    parts = [complaint.message(language) for complaint in error.complaints]
    return "; ".join([error.message(language), *parts])


ROUTES = (
    Route("GET", "/o/<object>", show_list),
    Route("GET", "/o/<object>/count", count_rows),
    Route("GET", "/o/<object>/filter", filter_list),
    Route("GET", "/o/<object>/filter/row", draw_rule),
    Route("POST", "/o/<object>/columns", choose_columns, looks=True),
    Route("POST", "/o/<object>/bulk", change_many),
)
