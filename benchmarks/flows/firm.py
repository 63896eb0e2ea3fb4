"""The firm of the figures: Org-1 with a crowd of callers, its many open cases, and ways past the engine."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.cloning import Copier, Differing, Ran, copy_run
from benchmarks.flows.definitions import Pack
from benchmarks.flows.measuring import Line, Watch
from engine.auth import NewUser
from engine.kernel.context import Context
from engine.storage import faults
from tests.workflow.org1.house import TENANT, Org1, open_org1

FLOW, MINE = "e1", 5_000
CALLERS, VOTERS = 200, 20


@dataclass(frozen=True)
class Place:
    """A database: what it is called, where it is, and the processes that serve it."""

    database: str
    url: str
    home: Path
    servers: Sequence[int] = ()


class Firm:
    """One database with its cases. What a figure needs besides is made when it asks."""

    def __init__(self, place: Place, options: argparse.Namespace) -> None:
        self.place, self.options = place, options
        self.watch = Watch(place.servers)
        self.org: Org1 = open_org1(place.url, place.home, synchronous="FULL", state_seconds=1.0)
        self.org.watching = False
        self.pack = Pack(place.home)
        # what one figure found and another compares with
        self.kept: dict[str, Any] = {}
        self.install()
        self.callers = self._people()
        self.instance, self.record = self.first(FLOW, gap_pct=10)
        self._spread()

    def close(self) -> None:
        """Give the database back."""
        self.org.engine.close()

    def install(self, **files: str) -> None:
        """Install the pack with more files."""
        self.org.engine.tenancy.install(TENANT, [self.pack.write(**files)])

    def line(self, figure: str, what: str, found: object, demanded: str) -> Line:
        """Return one line of the table."""
        return Line(self.place.database, figure, what, str(found), demanded)

    # -- past the engine -----------------------------------------------------------------------------------------------

    @contextmanager
    def copier(self) -> Iterator[Copier]:
        """Give a connection of its own to the database."""
        copier = Copier(self.place.url, TENANT, self.place.home / f"{TENANT}.db")
        try:
            yield copier
        finally:
            copier.close()

    def rows(self, statement: str) -> list[tuple[Any, ...]]:
        """Return what a statement finds."""
        return self.org.rows(statement)

    def one(self, statement: str) -> Any:
        """Return the only value that a statement finds."""
        return self.rows(statement)[0][0]

    def open_tasks(self, user: str, count: int, after: int = 0, flow: str = FLOW) -> list[str]:
        """Return open tasks of a person, in the order of their ids."""
        found = self.rows(
            f"SELECT id FROM tessera_task WHERE state = 'open' AND assignee = '{user}' AND flow = '{flow}' "
            f"ORDER BY id LIMIT {count} OFFSET {after}"
        )
        return [row[0] for row in found]

    def copies(self, instance: str, record: str, count: int, holder: str = "", after: int = 0) -> None:
        """Copy a case that waits for Lin; the copies wait for somebody else if ``holder`` says so, over ``s.n``."""
        more = {self.org.users["lin"]: holder} if holder else {}
        with self.copier() as copier:
            numbers = (after + 1, after + count)
            copy_run(copier, Ran("quotation", instance, record), numbers, Differing(more))

    # -- by the engine -------------------------------------------------------------------------------------------------

    def context(self, login: str = "lin") -> Context:
        """Return the context of a person at work."""
        org = self.org
        return org.engine.auth.tokens.caller(org.tokens[login]).context(org.clock, org.system.zone, "en", "bench")

    def first(self, flow: str, **values: Any) -> tuple[str, str]:
        """Start a case of a flow; return the instance and its record."""
        record = self.org.amy.quotation(**values)
        return str(self.org.amy.start(flow, record)["instance"]), record

    def decide(self, login: str, task: str, verb: str = "approve", **given: Any) -> None:
        """Carry out a command on a task, without the door."""
        self.commanding(login, task, verb, **given)()

    def commanding(self, login: str, task: str, verb: str = "approve", **given: Any) -> Callable[[], None]:
        """Return a command on a task, ready to be carried out: who acts is looked up, which happens once a second."""
        ctx = self.context(login)
        return lambda: self.org.approvals.on_task(ctx, task, verb, given)

    @contextmanager
    def counting(self) -> Iterator[list[int]]:
        """Count the statements of all that is done meanwhile, into the first place of the list."""
        seen = [0]

        def note() -> None:
            seen[0] += 1

        faults.after_statement = note
        try:
            yield seen
        finally:
            faults.after_statement = None

    # -- loading -------------------------------------------------------------------------------------------------------

    def _people(self) -> list[str]:
        """Make the callers, under Sun in the east; the first of them vote."""
        org = self.org
        for n in range(CALLERS):
            roles = ("staff", "bench_caller", *(("bench_voter",) if n < VOTERS else ()))
            new = NewUser(f"caller{n}", f"Caller {n}", "correct horse battery", roles, language="en")
            org.users[new.login] = org.engine.auth.accounts.create(TENANT, new).id
            if n < VOTERS:
                token = org.engine.auth.tokens.create(TENANT, new.login, "bench", ["read", "write"], None)
                org.tokens[new.login] = str(token)
        made = [org.users[f"caller{n}"] for n in range(CALLERS)]
        place = {
            "department": self.one("SELECT id FROM department WHERE code = 'sales_east'"),
            "manager": org.employee("sun"),
        }
        with org.engine.records.unit(org.system):
            for n, user in enumerate(made):
                org.engine.records.create(org.system, "employee", {"name": f"Caller {n}", "user": user, **place})
        return made

    def _spread(self) -> None:
        """Make the cases: ``MINE`` of them wait for one person, the others for two hundred more."""
        person = self.org.users["lin"]
        holder = f"CASE WHEN s.n <= {MINE} THEN '{person}' ELSE {self.somebody(person)} END"
        self.copies(self.instance, self.record, self.options.cases, holder)

    def somebody(self, like: str) -> str:
        """Return an expression over ``s.n`` for the id of one of two hundred people that are not there."""
        if self.place.database == "sqlite":
            return f"printf('{like[:24]}%012x', s.n % 200)"
        return f"'{like[:24]}' || lpad(to_hex(s.n % 200), 12, '0')"
