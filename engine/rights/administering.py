"""Accounts administered by those who administer the area ``users``: of the whole tenant, or of a branch of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Generic, Protocol, TypeVar

from engine.access.persons import PostReader, marker_of
from engine.access.remedies import unit_within
from engine.kernel.context import Context
from engine.kernel.errors import Complaint, Refused, Rejected
from engine.records import RecordService, Unit
from engine.records.batch import Batch
from engine.records.draft import Draft
from engine.records.reading import get_record
from engine.records.saving import save
from engine.records.seen import seen_titles
from engine.rights.areas import may_administer, note, person_of, require_area
from engine.storage import Catalog, Session

AREA = "users"


class Account(Protocol):
    """An account, as far as this service looks at it."""

    @property
    def id(self) -> str: ...
    @property
    def login(self) -> str: ...


A = TypeVar("A", bound=Account)
A_co = TypeVar("A_co", bound=Account, covariant=True)


class AccountBook(Protocol[A_co]):
    """Where accounts are kept; that of the door fits."""

    def prepare(self, tenant: str, new: Any, /) -> A_co: ...
    def put(self, session: Session, catalog: Catalog, made: Any, /) -> None: ...
    def spread(self, tenant: str, /) -> None: ...
    def all(self, tenant: str, /) -> Sequence[A_co]: ...
    def by_login(self, tenant: str, login: str, /) -> A_co: ...
    def set_password(self, tenant: str, login: str, password: str, /) -> None: ...
    def set_active(self, tenant: str, login: str, active: bool, /) -> None: ...


@dataclass(frozen=True, slots=True)
class Employee:
    """A person of the organisation who has no account yet: id of the record, and its title."""

    id: str
    title: str


class Administering(Generic[A]):
    """Lists, makes and changes accounts within the caller's area; what is done is on record at the account.

    Raises Refused for accounts beyond it, those of administrators among them, and those whose roles administer what
    the caller may neither do himself nor give.
    """

    def __init__(self, records: RecordService, accounts: AccountBook[A]) -> None:
        self._records, self._accounts = records, accounts

    def all(self, ctx: Context) -> Sequence[A]:
        """Return the accounts that the caller administers, by login."""
        with self._records.opener.reading(ctx) as unit:
            require_area(unit, AREA)
            reached = {one.id for one in unit.directory.all() if may_administer(unit, AREA, one)}
        return [one for one in self._accounts.all(ctx.tenant) if one.id in reached]

    def one(self, ctx: Context, login: str) -> A:
        """Return an account that the caller administers."""
        self._require(ctx, login)
        return self._accounts.by_login(ctx.tenant, login)

    def may_create(self, ctx: Context) -> bool:
        """Tell whether the caller may make accounts: for anybody, or for the employees of his branch."""
        with self._records.opener.reading(ctx) as unit:
            return may_administer(unit, AREA) and (_whole(unit) or unit.model.structure.person is not None)

    def free(self, ctx: Context) -> bool:
        """Tell whether the caller may make accounts for nobody in particular: his area is the whole tenant."""
        with self._records.opener.reading(ctx) as unit:
            return _whole(unit)

    def employees(self, ctx: Context) -> Sequence[Employee]:
        """Return the persons within the caller's area who have no account, by title."""
        with self._records.opener.reading(ctx) as unit:
            require_area(unit, AREA)
            object = unit.model.structure.person
            ids = _without_account(unit)
            titles = seen_titles(unit, [(object, id) for id in ids]) if object is not None else {}
            found = [Employee(id, titles.get((object or "", id)) or id) for id in ids]
            return sorted(found, key=lambda one: one.title)

    def create(self, ctx: Context, new: Any, employee: str = "") -> A:
        """Make an account, for an employee where one is named; whose area is a branch must name one of it.

        Raises Refused for employees beyond the area, Rejected with everything that is wrong with the account. Account
        and employee are written together or not at all.
        """
        with self._records.opener.reading(ctx) as unit:
            _require_maker(unit, employee)
        made = self._accounts.prepare(ctx.tenant, new)

        def act(unit: Unit) -> None:
            _require_maker(unit, employee)
            self._accounts.put(unit.session, unit.catalog, made)
            if employee:
                self._tie(unit, employee, made.id)
            note(unit, made.id, "account_made", {"by": unit.user, **({"employee": employee} if employee else {})})
            unit.after_commit.append(lambda: self._accounts.spread(ctx.tenant))

        self._records.command(ctx, act)
        return made

    def set_password(self, ctx: Context, login: str, password: str) -> None:
        """Give an account a new password; its sessions end."""
        user = self._require(ctx, login)
        self._accounts.set_password(ctx.tenant, login, password)
        self._note(ctx, user, "password_set", {})

    def set_active(self, ctx: Context, login: str, active: bool) -> None:
        """Switch an account on or off; nobody switches his own off."""
        user = self._require(ctx, login)
        if user == ctx.actor.user and not active:
            raise Refused("own_account", login=login)
        self._accounts.set_active(ctx.tenant, login, active)
        self._note(ctx, user, "account_on" if active else "account_off", {})

    def _require(self, ctx: Context, login: str) -> str:
        with self._records.opener.reading(ctx) as unit:
            person = person_of(unit, login, active=False)
            require_area(unit, AREA, person)
            return person.id

    def _tie(self, unit: Unit, employee: str, user: str) -> None:
        """Write the account into the record of its person: part of making it, whatever the caller may write there."""
        object = unit.model.structure.person
        assert object is not None, "the employee was found there"
        field = marker_of(unit.model, object).keys["user"]
        free = self._records.acting(unit, replace(unit.ctx.actor, system=True))
        version = get_record(free, object, employee, ("version",)).version
        plan = free.plans.of(object)
        save(Batch(plan, [Draft(plan, "update", employee, {field: user}, expected=version)]), free)

    def _note(self, ctx: Context, user: str, action: str, told: dict[str, object]) -> None:
        self._records.opener.within(ctx, lambda unit: note(unit, user, action, {"by": unit.user, **told}))


def _require_maker(unit: Unit, employee: str) -> None:
    require_area(unit, AREA)
    if not employee and not _whole(unit):
        raise Rejected("rights_invalid", [Complaint("employee", "required")], count=1)
    if employee and employee not in _without_account(unit):
        raise Refused("employee_not_yours", area=AREA)


def _whole(unit: Unit) -> bool:
    grants = unit.policy.rules.areas.get(AREA, ())
    return unit.policy.everything or any(grant.scope == "all" for grant in grants)


def _without_account(unit: Unit) -> list[str]:
    """Return the persons without an account who stand in the actor's area today."""
    directory = unit.directory
    giver = directory.user(unit.user)
    grants = unit.policy.rules.areas.get(AREA, ())
    reader = PostReader(unit.session, unit.catalog, directory.chart, directory.day)
    found = []
    for record, unit_id in reader.without_account().items():
        reached = giver is not None and any(unit_within(one.scope, giver, unit_id, directory) for one in grants)
        if unit.policy.everything or reached:
            found.append(record)
    return found
