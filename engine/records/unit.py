"""Unit: one transaction on one Catalog, many changes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from engine.access import Policy
from engine.access.directory import Directory
from engine.access.people import ActorFacts, Facts, people_functions
from engine.kernel.context import Context
from engine.kernel.errors import Missing, Rejected, Unavailable
from engine.kernel.events import Event
from engine.metamodel.model import TenantModel, TransitionModel
from engine.records.adjustments import RuleSets
from engine.records.chain import Chain
from engine.records.change import Change
from engine.records.dictionary_book import Book
from engine.records.plan import Plans
from engine.records.taken_numbers import TakenNumbers
from engine.records.worktime import worktime_functions
from engine.rules import Expression, Run, UserFunction
from engine.storage import AuditEntry, Catalog, Session, raise_access_version
from engine.storage.outbox import append_events
from engine.storage.savepoints import savepoint
from engine.storage.trail import append_trail


class Overtaken(Unavailable):
    """A record changed between reading and writing it. The unit is done anew, and then sees what there is."""

    def __init__(self) -> None:
        super().__init__("database_busy")


@dataclass(slots=True, eq=False)
class Unit:
    """Everything that the rooms share while a transaction is open.

    ``changes`` grows in the order of what was done. ``doubt`` lets the tenant's state be looked at anew. ``careful``:
    numbers that somebody wrote by hand are looked for before a number is given; set when one got in the way.
    ``patient``: records are locked before they are read; set when somebody came between reading and writing.
    ``importing``: a state that says what is anyway is passed over, and whoever holds every grant may let a record be
    born in any state, as records of another system are. ``passes`` are the processes on whose behalf is written: what
    they keep of a record does not stop them.
    """

    ctx: Context
    catalog: Catalog
    session: Session
    policy: Policy
    plans: Plans
    books: Mapping[str, Book]
    numbers: TakenNumbers
    rules: RuleSets
    now: datetime
    run: Run
    doubt: Callable[[], None]
    reacting: Callable[[Unit], None] = lambda _: None
    hears: Callable[[Session, TenantModel, str], bool] = lambda *_: True
    cause: str = ""
    careful: bool = False
    patient: bool = False
    previewing: bool = False
    importing: bool = False
    chain: Chain = field(default_factory=Chain)
    changes: list[Change] = field(default_factory=list)
    after_commit: list[Callable[[], None]] = field(default_factory=list)
    passes: set[str] = field(default_factory=set)
    _today: date | None = None
    _directory: Directory | None = None
    _functions: Mapping[str, UserFunction] | None = None

    @property
    def model(self) -> TenantModel:
        """The model that this unit works on, to its end."""
        return self.catalog.model

    @property
    def user(self) -> str:
        """The id that the engine notes as the doer."""
        return self.ctx.actor.user

    def require_object(self, object: str) -> None:
        """Return when the object exists and the actor may know it."""
        if object not in self.model.objects or not any(
            self.policy.may(object, action) for action in ("read", "create")
        ):
            raise Missing("no_such_object", object=object)

    def settle(self) -> None:
        """Let the subscribers react to what was changed so far, unless a command holds them back."""
        self.reacting(self)

    def append_events(self, events: Sequence[Event]) -> None:
        """Write what has happened into the outbox; what nobody wants to hear is kept there as heard."""
        append_events(self.session, events, self.now, self._unheard(events))

    def append_trail(self, told: Sequence[tuple[AuditEntry, Event]]) -> None:
        """Write of each change its entry in the audit and its event."""
        append_trail(self.session, told, self.now, self._unheard(event for _, event in told))

    def _unheard(self, events: Iterable[Event]) -> list[str]:
        names = {event.name for event in events}
        return [name for name in names if not self.hears(self.session, self.model, name)]

    def facts_changed(self) -> None:
        """Tell every process that what permission or dictionaries rest on changed; this one, as soon as it is so."""
        raise_access_version(self.session)
        self._directory = None
        self.after_commit.append(self.doubt)

    @contextmanager
    def because(self, cause: str) -> Iterator[None]:
        """Note ``cause`` in the trail of what is changed inside."""
        before, self.cause = self.cause, cause
        try:
            yield
        finally:
            self.cause = before

    @contextmanager
    def part(self) -> Iterator[None]:
        """Undo what was done inside when it ends in an error, in the database and here; the unit goes on."""
        changes, acts = len(self.changes), len(self.after_commit)
        try:
            with savepoint(self.session):
                yield
        except BaseException:
            del self.changes[changes:]
            del self.after_commit[acts:]
            self.chain.forget_after(changes)
            raise

    @property
    def today(self) -> date:
        """The tenant's calendar date, the same throughout the unit."""
        if self._today is None:
            self._today = self.now.astimezone(self.ctx.zone).date()
        return self._today

    @property
    def directory(self) -> Directory:
        """Who is who in the organisation today, as this unit sees it."""
        if self._directory is None:
            self._directory = Directory(self.session, self.catalog, self.today)
        return self._directory

    def suppose_directory(self, directory: Directory) -> None:
        """Let everybody be whom another directory knows, for what is only supposed."""
        self._directory = directory

    @property
    def people(self) -> Facts:
        """What expressions see of people, read anew for each question."""
        return Facts(self.directory, self.now)

    @property
    def functions(self) -> Mapping[str, UserFunction]:
        """The functions that processes have besides those of the language."""
        if self._functions is None:
            made = worktime_functions(self.model, self.ctx.zone)
            self._functions = {**made, **people_functions(lambda: self.people)}
        return self._functions

    @property
    def actor(self) -> Mapping[str, Any]:
        """The actor as processes see him: as permission does, and with what stands in his own record."""
        return ActorFacts(lambda: self.people, self.policy.facts)

    def around(self, facts: Mapping[str, Any], before: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """Return the names of a condition of a process that speaks of ``record``, ``before`` and ``actor``."""
        return {
            "record": facts,
            "before": before,
            "actor": self.actor,
            "submitter": self.actor,
            "params": self.model.param_values(),
            **self.functions,
        }

    def guard_holds(
        self, transition: TransitionModel, facts: Mapping[str, Any], before: Mapping[str, Any] | None = None
    ) -> bool:
        """Tell whether a transition's condition is true; null is not (K7). Rejected when it is neither."""
        return transition.when is None or self.truth(transition.when, self.around(facts, before)) is True

    def truth(self, condition: Expression, names: Mapping[str, Any]) -> bool | None:
        """Return what a condition of a process yields; Rejected when it is neither true, false nor null, or has no
        end (Z4)."""
        self.run.restart()
        known = len(self.run.warnings)
        found = condition.evaluate(names, self.run)
        if (found is not None and not isinstance(found, bool)) or self.run.limited_since(known):
            raise Rejected("bad_condition", message=condition.text)
        return found
