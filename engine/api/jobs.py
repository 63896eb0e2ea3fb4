"""``jobs``, ``events`` and ``deliveries``: what is done in the background, for administrators to see and replay."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any, cast

from werkzeug.wrappers import Response

from engine.api.answers import answer
from engine.api.once import Answer, perform
from engine.api.parameters import one_of, whole_number
from engine.api.routing import Call
from engine.storage.outbox import Standing

JOBS = ("status", "limit")
EVENTS = ("standing", "limit")
DELIVERIES = ("state", "limit")
_STATUSES = ("", "queued", "running", "done", "failed", "cancelled", "quarantined")
_STANDINGS = ("", "waiting", "failing", "dead", "done")
_STATES = ("", "waiting", "sent", "delivered", "undelivered", "dropped", "dead")


def list_jobs(call: Call) -> Response:
    """Answer jobs of all kinds and how many stand in which status."""
    status = one_of(call.parameters, "status", _STATUSES, "")
    book = call.services.jobs
    found = book.jobs(call.context, status or None, _limit(call))
    return answer({"jobs": [asdict(job) for job in found], "tally": asdict(book.tally(call.context))})


def show_job(call: Call) -> Response:
    """Answer one job."""
    return answer(asdict(call.services.jobs.job(call.context, call.place["id"])))


def list_events(call: Call) -> Response:
    """Answer events of the outbox."""
    standing = one_of(call.parameters, "standing", _STANDINGS, "")
    found = call.services.jobs.events(call.context, cast("Standing", standing) if standing else None, _limit(call))
    return answer({"events": [asdict(entry) for entry in found]})


def show_event(call: Call) -> Response:
    """Answer one event."""
    return answer(asdict(call.services.jobs.event(call.context, call.place["id"])))


def list_deliveries(call: Call) -> Response:
    """Answer deliveries, without what they say."""
    state = one_of(call.parameters, "state", _STATES, "")
    found = call.services.jobs.deliveries(call.context, state or None, _limit(call))
    hidden = ("subject", "body", "html", "payload")
    rows: list[dict[str, Any]] = [
        {name: value for name, value in asdict(one).items() if name not in hidden} for one in found
    ]
    return answer({"deliveries": rows})


def retry_work(call: Call) -> Response:
    """Try a job, an event or a delivery again."""
    id = call.place["id"]
    return perform(call, lambda: call.services.jobs.retry(call.context, id), lambda _: Answer(204))


def cancel_work(call: Call) -> Response:
    """Cancel a job; give up an event or a delivery."""
    id = call.place["id"]
    return perform(call, lambda: call.services.jobs.cancel(call.context, id), lambda _: Answer(204))


def _limit(call: Call) -> int:
    return whole_number(call.parameters, "limit", 50, call.services.settings.limits.page)
