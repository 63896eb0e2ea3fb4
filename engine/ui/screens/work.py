"""Background work, as administrators see it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from engine.jobs.book import Tally
from engine.messaging import NewWebhook
from engine.storage import Job
from engine.storage.delivery_rows import Delivery
from engine.storage.outbox import Entry
from engine.storage.reply_rows import Webhook
from engine.ui.desk import Desk

_TONES = {
    "done": "green",
    "delivered": "green",
    "sent": "green",
    "running": "blue",
    "queued": "gray",
    "waiting": "gray",
    "failing": "orange",
    "failed": "red",
    "dead": "red",
    "quarantined": "red",
    "undelivered": "red",
    "cancelled": "gray",
    "dropped": "gray",
}
_PHASES = {"done": "done", "delivered": "done", "sent": "done", "cancelled": "closed", "dropped": "closed"}
_RETRIED = ("failed", "quarantined", "cancelled", "dead", "undelivered", "dropped")
_OPEN = ("queued", "running", "waiting", "failing")
_TABS: Mapping[str, tuple[str, ...]] = {
    "jobs": ("queued", "running", "failed", "quarantined", "done"),
    "events": ("waiting", "failing", "dead", "done"),
    "deliveries": ("waiting", "sent", "delivered", "undelivered", "dead", "dropped"),
}


@dataclass(frozen=True, slots=True)
class WorkRow:
    """One job, event or delivery. ``more`` are its details, named in words."""

    what: str
    id: str
    title: str
    about: str
    state: str
    tone: str
    phase: str
    when: str
    attempts: int
    error: str
    may_retry: bool
    may_cancel: bool
    more: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Tab:
    """A filter."""

    title: str
    href: str
    current: bool
    count: int = 0


@dataclass(frozen=True, slots=True)
class WorkScreen:
    """The newest work of one sort."""

    what: str
    here: str
    sorts: tuple[Tab, ...]
    states: tuple[Tab, ...]
    rows: tuple[WorkRow, ...]


@dataclass(frozen=True, slots=True)
class HooksScreen:
    """The webhooks; ``secret`` is shown once."""

    hooks: tuple[Webhook, ...]
    name: str
    url: str
    events: str
    errors: Mapping[str, str]
    secret: str


def build_work(desk: Desk, what: str, state: str, tally: Tally, rows: tuple[WorkRow, ...]) -> WorkScreen:
    """Return the page."""
    bad = {
        "jobs": tally.jobs.get("failed", 0) + tally.jobs.get("quarantined", 0),
        "events": tally.events.get("dead", 0) + tally.events.get("failing", 0),
        "deliveries": tally.deliveries.get("dead", 0) + tally.deliveries.get("undelivered", 0),
    }
    sorts = tuple(Tab(desk.say(f"work.{one}"), f"/jobs?what={one}", one == what, bad[one]) for one in _TABS)
    everything = Tab(desk.say("work.all"), f"/jobs?what={what}", not state)
    states = (
        everything,
        *(Tab(desk.say(f"work.in.{one}"), f"/jobs?what={what}&in={one}", one == state) for one in _TABS[what]),
    )
    return WorkScreen(what, f"/jobs?what={what}" + (f"&in={state}" if state else ""), sorts, states, rows)


def build_job(desk: Desk, job: Job) -> WorkRow:
    """Return a job as a row and with its details."""
    done = f"{job.done:,}" + (f" / {job.total:,}" if job.total else "")
    more = {
        "work.by": job.actor,
        "work.done": done,
        "work.started": desk.dates.instant_or_word(job.started_at) if job.started_at else "",
        "work.finished": desk.dates.instant_or_word(job.finished_at) if job.finished_at else "",
        "work.run_at": desk.dates.instant_or_word(job.run_at) if job.run_at else "",
        "work.data": _json(job.parameters),
        "work.result": _json(job.result),
    }
    when = desk.dates.instant_or_word(job.created_at) if job.created_at else ""
    about = str(job.parameters.get("name") or done)
    return _row(desk, ("jobs", job.id, job.kind, about, job.status), (when, job.attempts, job.error), more)


def build_event(desk: Desk, entry: Entry) -> WorkRow:
    """Return an event as a row and with its details."""
    more = {
        "work.record": f"{entry.object} {entry.record}".strip(),
        "work.next": desk.dates.instant_or_word(entry.next_at) if entry.next_at else "",
        "work.finished": desk.dates.instant_or_word(entry.done_at) if entry.done_at else "",
        "work.data": _json(entry.facts),
    }
    when = desk.dates.instant_or_word(entry.at)
    about = f"{entry.object} {entry.record[-8:]}".strip()
    return _row(
        desk, ("events", entry.id, entry.name, about, entry.standing), (when, entry.attempts, entry.error), more
    )


def build_delivery(desk: Desk, one: Delivery) -> WorkRow:
    """Return a delivery as a row and with its details; what it says is its recipient's."""
    more = {
        "work.address": one.address,
        "work.next": desk.dates.instant_or_word(one.due_at) if one.state == "waiting" else "",
        "work.sent": desk.dates.instant_or_word(one.sent_at) if one.sent_at else "",
        "work.delivered": desk.dates.instant_or_word(one.delivered_at) if one.delivered_at else "",
    }
    when = desk.dates.instant_or_word(one.at)
    return _row(
        desk, ("deliveries", one.id, one.channel, one.address, one.state), (when, one.attempts, one.error), more
    )


def build_hooks(
    hooks: Sequence[Webhook],
    typed: NewWebhook | None = None,
    errors: Mapping[str, str] | None = None,
    secret: str = "",
) -> HooksScreen:
    """Return the page of webhooks; ``typed`` is what was entered and could not be kept."""
    name, url, events = (typed.name, typed.url, " ".join(typed.events)) if typed else ("", "", "*")
    return HooksScreen(tuple(hooks), name, url, events, errors or {}, secret)


def _row(
    desk: Desk,
    names: tuple[str, str, str, str, str],
    state_of: tuple[str, int, str | None],
    more: Mapping[str, str],
) -> WorkRow:
    what, id, title, about, state = names
    when, attempts, error = state_of
    details = tuple((desk.say(name), value) for name, value in more.items() if value)
    return WorkRow(
        what,
        id,
        title,
        about,
        desk.say(f"work.in.{state}"),
        _TONES.get(state, "gray"),
        _PHASES.get(state, "open"),
        when,
        attempts,
        error or "",
        state in _RETRIED and not (what == "events" and state != "dead"),
        state in _OPEN,
        details,
    )


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2, default=str) if value else ""
