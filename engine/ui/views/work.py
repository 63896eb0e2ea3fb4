"""Background work for those who administer it: jobs, events, deliveries, webhooks; what failed is seen and replayed."""

from __future__ import annotations

from typing import cast

from flask import Response

from engine.kernel.errors import Missing, Rejected
from engine.messaging import NewWebhook
from engine.storage.outbox import Standing
from engine.ui.door import Call, Route, Toast
from engine.ui.screens.work import build_delivery, build_event, build_hooks, build_job, build_work

_SHOWN = 100
_WHATS = ("jobs", "events", "deliveries")


def show_work(call: Call) -> Response:
    """Draw the newest work of one sort, and how much waits or failed."""
    _require(call, "jobs")
    book, context = call.services.jobs, call.context
    what = call.argument("what") if call.argument("what") in _WHATS else "jobs"
    state = call.argument("in")
    tally = book.tally(context)
    if what == "jobs":
        rows = [build_job(call.desk, job) for job in book.jobs(context, state or None, _SHOWN)]
    elif what == "events":
        standing = cast("Standing", state) if state in ("waiting", "failing", "dead", "done") else None
        rows = [build_event(call.desk, entry) for entry in book.events(context, standing, _SHOWN)]
    else:
        rows = [build_delivery(call.desk, one) for one in book.deliveries(context, state or None, _SHOWN)]
    screen = build_work(call.desk, what, state, tally, tuple(rows))
    if call.by_htmx:
        return call.fragment("parts/work", s=screen)
    return call.page("work", screen)


def show_one(call: Call) -> Response:
    """Draw one job, event or delivery."""
    _require(call, "jobs")
    book, context, id = call.services.jobs, call.context, call.place["id"]
    match call.place["what"]:
        case "jobs":
            screen = build_job(call.desk, book.job(context, id))
        case "events":
            screen = build_event(call.desk, book.event(context, id))
        case "deliveries":
            screen = build_delivery(call.desk, book.delivery(context, id))
        case _:
            raise Missing("no_such_page")
    return call.page("work_one", screen)


def change_work(call: Call) -> Response:
    """Try again or give up."""
    _require(call, "jobs")
    book, context = call.services.jobs, call.context
    what, id = call.place["what"], call.place["id"]
    match call.form.one("_do"):
        case "retry":
            book.retry(context, id)
            toast = Toast(call.desk.say("work.retried"))
        case "cancel":
            book.cancel(context, id)
            toast = Toast(call.desk.say("work.given_up"))
        case _:
            raise Missing("no_such_page")
    return call.go(call.form.one("_back") or f"/jobs?what={what}", toast)


def show_hooks(call: Call) -> Response:
    """Draw the webhooks."""
    _require(call, "settings")
    return call.page("webhooks", build_hooks(call.services.messages.webhooks.all(call.context)))


def change_hooks(call: Call) -> Response:
    """Add a webhook, switch it on or off, remove it."""
    _require(call, "settings")
    hooks, context, form = call.services.messages.webhooks, call.context, call.form
    name = (form.one("name") or "").strip()
    found = {hook.name: hook for hook in hooks.all(context)}
    match form.one("_do"):
        case "add":
            events = tuple((form.one("events") or "*").replace(",", " ").split())
            new = NewWebhook(name, (form.one("url") or "").strip(), events)
            try:
                made = hooks.add(context, new)
            except Rejected as error:
                language = call.desk.words.language
                wrong = {one.path: one.message(language) for one in error.complaints}
                return call.page("webhooks", build_hooks(tuple(found.values()), new, wrong), 422)
            return call.page("webhooks", build_hooks(hooks.all(context), secret=made.secret))
        case "on" | "off" if name in found:
            hook = found[name]
            active = form.one("_do") == "on"
            hooks.change(context, name, NewWebhook(name, hook.url, tuple(hook.events), active))
        case "remove" if name in found:
            hooks.remove(context, name)
        case _:
            raise Missing("no_such_page")
    return call.go("/webhooks")


def _require(call: Call, area: str) -> None:
    if not call.desk.policy.administers(area):
        raise Missing("no_such_page")


ROUTES = (
    Route("GET", "/jobs", show_work),
    Route("GET", "/jobs/<what>/<id>", show_one),
    Route("POST", "/jobs/<what>/<id>", change_work),
    Route("GET", "/webhooks", show_hooks),
    Route("POST", "/webhooks", change_hooks),
)
