"""Rules: those that act in a gate, those that do not match, their conditions, and those of the day (F5, F14 to F16)."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import timedelta
from functools import partial

from benchmarks.cloning import Differing
from benchmarks.flows.definitions import gate_rules, idle_rules
from benchmarks.flows.firm import Firm
from benchmarks.flows.measuring import Line, Taken, seconds
from engine.rules import Run
from tests.workflow.org1.house import TENANT, ZONE

ROUNDS, IDLE, EVALUATED, EVERY = 40, 200, 200_000, 4_000


def gate(firm: Firm) -> Iterator[Line]:
    """F5: a transition whose gate starts an approval, with ten rules on the object, through the door."""
    firm.install(gate=gate_rules())
    records = [firm.org.amy.quotation(number=f"gate{n}", over=True) for n in range(ROUNDS + 1)]
    desk = firm.org.amy

    def submit(record: str) -> None:
        answer = desk.send("POST", f"/records/quotation/{record}/transitions/submit", {}, If_Match='"1"')
        assert answer.status_code == 200, answer.json

    submit(records[0])
    taken = firm.watch.over([partial(submit, record) for record in records[1:]])
    started = firm.one("SELECT count(*) FROM tessera_instance WHERE flow = 'over_policy'")
    noted = firm.one("SELECT count(*) FROM quotation WHERE substr(note, 1, 6) = '9 gate'")
    assert min(started, noted) >= ROUNDS, (started, noted)
    yield firm.line("F5", "start by a gate, 10 rules on the object, p95", taken, "<= 120 ms")


def idle(firm: Firm) -> Iterator[Line]:
    """F14: what rules that do not match add to a save."""
    plain = _saves(firm)
    for phase, when in (("in_tx", "in the transaction"), ("after", "after the commit")):
        firm.install(idle=idle_rules(IDLE, phase))
        taken = _saves(firm)
        more = (taken.each - plain.each) * 1000
        found = f"{more:+.1f} ms processor; p95 {plain.p95 * 1000:.1f} -> {taken.p95 * 1000:.1f} ms"
        yield firm.line("F14", f"{IDLE} rules {when} that do not match, a save", found, "<= 10 ms more")
    firm.install(idle="")
    # thousands of rules wait for one contract now, and one after the other: other figures shall not wait with them
    with firm.copier() as copier:
        copier.run("UPDATE tessera_outbox SET done_at = at WHERE done_at IS NULL AND name LIKE '#rule.bench_idle%'")


def _saves(firm: Firm) -> Taken:
    org = firm.org
    ctx = firm.context("amy")
    id = org.amy.make("contract", number="C1", amount=10)
    versions = iter(range(1, 1_000))
    notes = iter(range(1_000))

    def save() -> None:
        org.engine.records.update(ctx, "contract", id, next(versions), {"note": f"note {next(notes)}"})

    return firm.watch.each(ROUNDS, save)


def conditions(firm: Firm) -> Iterator[Line]:
    """F15: a condition is compiled with its version; this is what asking it takes."""
    firm.install(idle=idle_rules(1, "in_tx"))
    condition = firm.org.engine.records.model(firm.org.system).automations["bench_idle_in_tx_0"].when
    assert condition is not None
    names, run = {"record": {"amount": 10, "number": "C1"}}, Run(firm.org.clock.now(), firm.org.system.zone)
    before = time.process_time()
    for _ in range(EVALUATED):
        run.restart()
        condition.evaluate(names, run)
    each = (time.process_time() - before) / EVALUATED
    firm.install(idle="")
    yield firm.line("F15", "simple conditions a second of one processor", f"{1 / each:,.0f}", ">= 50,000")


def daily(firm: Firm) -> Iterator[Line]:
    """F16: a rule for those whose birthday it is, among many records; what other figures left is done before."""
    org, count = firm.org, firm.options.records
    org.engine.processes.tick(TENANT)
    org.engine.background.settle(TENANT, 10_000)
    day = f"{org.clock.now().astimezone(ZONE).date() + timedelta(days=1):%m-%d}"
    id = org.engine.records.create(org.system, "bench_contact", {"name": "C", "birthday": f"1980-{day}"}).id
    spread = "(s.n % 15000 * 7919) % 15000"
    with firm.copier() as copier:
        some = f"date('1960-01-01', ({spread}) || ' days')" if copier.sqlite else f"DATE '1960-01-01' + ({spread})::int"
        fits = f"'1980-{day}'" if copier.sqlite else f"DATE '1980-{day}'"
        birthday = f"CASE WHEN s.n % {EVERY} = 0 THEN {fits} ELSE {some} END"
        copier.copy("bench_contact", f"t.id = '{id}'", [id], (1, count), Differing(columns={"birthday": birthday}))
    hits = firm.one(f"SELECT count(*) FROM bench_contact WHERE substr({_text(firm)}, 6) = '{day}'")
    org.later(days=1)

    def act() -> None:
        org.engine.processes.tick(TENANT)
        org.engine.background.relay.drain(TENANT)

    taken = firm.watch.whole(act)
    greeted = firm.one("SELECT count(*) FROM bench_contact WHERE greeted = 1")
    what = f"birthdays: {greeted:,} of {hits:,} among {count:,}"
    yield firm.line("F16", what, seconds(taken), "<= 60 s")


def _text(firm: Firm) -> str:
    return "birthday" if firm.place.database == "sqlite" else "birthday::text"
