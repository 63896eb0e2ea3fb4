"""What people look at: to do, the badge, what they decided, and where a case would go (F6 to F8)."""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks.flows.deciding import lengthen
from benchmarks.flows.definitions import LONG
from benchmarks.flows.firm import MINE, Firm
from benchmarks.flows.measuring import Line, Taken

ROUNDS, DEEP = 40, 5


def prediction(firm: Firm) -> Iterator[Line]:
    """F6: the path that a case would take, which writes nothing."""
    record = firm.org.amy.quotation()
    ctx, approvals = firm.context("amy"), firm.org.approvals
    taken = firm.watch.each(ROUNDS, lambda: approvals.predict(ctx, "quotation", record, LONG, {}))
    yield firm.line("F6", "path of 30 steps in 3 levels, p95", taken, "<= 100 ms")


def todo(firm: Firm) -> Iterator[Line]:
    """F7: a page of what waits for a busy person, and how much it is."""
    inbox, ctx = firm.org.approvals.inbox, firm.context()
    yield firm.line("F7", f"to-do page of 20 among {MINE:,} own, p95", _pages(firm, "todo"), "<= 40 ms")
    badge = firm.watch.each(ROUNDS, lambda: inbox.count(ctx))
    yield firm.line("F7", "badge, p95", badge, "<= 40 ms")


def done(firm: Firm) -> Iterator[Line]:
    """F8: what a person decided, far back; a fifth of the events are decisions of hers."""
    lengthen(firm, firm.options.events)
    own = firm.one(f"SELECT count(*) FROM tessera_task WHERE decided_by = '{firm.org.users['lin']}'")
    yield firm.line("F8", f"done list among {own:,} own, by key, p95", _pages(firm, "done"), "<= 60 ms")


def _pages(firm: Firm, name: str) -> Taken:
    ctx, inbox = firm.context(), firm.org.approvals.inbox
    after = ""
    for _ in range(DEEP):
        after = inbox.page(ctx, name, after=after)["next"] or after
    return firm.watch.each(ROUNDS, lambda: inbox.page(ctx, name, after=after))
