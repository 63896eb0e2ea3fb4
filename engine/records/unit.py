"""Unit: one transaction on one Catalog, many changes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from engine.access import Policy
from engine.access.directory import Directory
from engine.kernel.context import Context
from engine.kernel.errors import Missing, Rejected, Unavailable
from engine.metamodel.model import PersonRule, TenantModel, TransitionModel
from engine.metamodel.model.people import PlainPerson, RoleHolders
from engine.records.adjustments import RuleSets
from engine.records.chain import Chain
from engine.records.change import Change
from engine.records.dictionary_book import Book
from engine.records.plan import Plans
from engine.records.taken_numbers import TakenNumbers
from engine.rules import Run
from engine.storage import Catalog, Session, raise_access_version
from engine.storage.savepoints import savepoint


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

    def around(self, facts: Mapping[str, Any], before: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """Return the names of a condition that speaks of ``record``, ``before`` and ``actor``."""
        return {
            "record": facts,
            "before": before,
            "actor": self.policy.facts,
            "params": self.model.param_values(),
        }

    def open_to_actor(
        self, object: str, transition: TransitionModel, state: str | None, facts: Mapping[str, Any]
    ) -> bool:
        """Tell whether the actor may perform a transition on a record that stands in ``state``.

        A condition that looks at what the transition asks for can only be judged when that is given; until then it is
        open.
        """
        if not self.is_for_actor(object, transition, state, facts):
            return False
        if transition.when is None or any(path[1] in transition.ask for path in transition.when.reads if len(path) > 1):
            return True
        return self.guard_holds(transition, facts)

    def is_for_actor(
        self, object: str, transition: TransitionModel, state: str | None, facts: Mapping[str, Any]
    ) -> bool:
        """Tell whether the actor is among those who may perform a transition, whatever its condition says."""
        policy = self.policy
        if state not in transition.sources or not policy.may(object, transition.name):
            return False
        return policy.covers(object, transition.name, facts, self.run) and self._is_one_of(transition, facts)

    def guard_holds(
        self, transition: TransitionModel, facts: Mapping[str, Any], before: Mapping[str, Any] | None = None
    ) -> bool:
        """Tell whether a transition's condition is true; null is not (K7). Rejected when it is neither."""
        if transition.when is None:
            return True
        self.run.restart()
        found = transition.when.evaluate(self.around(facts, before), self.run)
        if found is not None and not isinstance(found, bool):
            raise Rejected("bad_condition", message=f"{transition.name}: {type(found).__name__}")
        return found is True

    def _is_one_of(self, transition: TransitionModel, facts: Mapping[str, Any]) -> bool:
        if transition.who is None or (transition.who and self.policy.everything):
            return True
        owner = facts.get("owner")
        owned = owner is not None and getattr(owner, "id", owner) == self.ctx.actor.user
        return any(self._is(rule, owned) for rule in transition.who)

    def _is(self, rule: PersonRule, owned: bool) -> bool:
        """Tell whether the actor is meant; what needs the organisation is not known here and counts as no."""
        if rule.when is not None or rule.where is not None:
            return False
        match rule.selector:
            case PlainPerson(word="owner"):
                return owned
            case PlainPerson(word="actor"):
                return True
            case RoleHolders(role=role, unit=None):
                return role in self.ctx.actor.roles
        return False
