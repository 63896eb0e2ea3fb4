"""A branch with the standard pack, people of two regions, and the services of rights over it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from engine.access.directory import Directory
from engine.access.holding import actor_of
from engine.access.tables.organisation import write_roles
from engine.kernel.clock import FrozenClock
from engine.kernel.context import Context
from engine.rights import RightsService
from engine.storage import raise_access_version
from tests.support.branch import TENANT, Branch, open_branch


@dataclass
class Office:
    """The branch, its rights, and contexts made of what the database says of a user now."""

    branch: Branch
    rights: RightsService

    def person(self, login: str, *roles: str, department: str = "") -> Context:
        ctx = self.branch.add_person(login, *roles, department=department)
        with self.branch.shelf.database(TENANT).writing() as session:
            write_roles(session, ctx.actor.user, roles)
            raise_access_version(session)
        return self.ctx(login)

    def ctx(self, login: str) -> Context:
        """Return the user as he is now: roles, posts, delegations."""
        self.branch.shelf.database(TENANT).suspect = True
        database, catalog = self.branch.shelf.current(TENANT)
        now = self.branch.clock.now()
        with database.reading() as session:
            directory = Directory(session, catalog, now.date())
            person = directory.by_login(login)
            assert person is not None
            actor = actor_of(session, directory, person.id, now)
        assert actor is not None
        self.branch.people[actor.user] = actor
        return Context(TENANT, actor, clock=self.branch.clock)

    def customer(self, owner: Context, name: str, **values: object) -> str:
        change = self.branch.records.create(
            self.branch.system, "customer", {"name": name, "owner": owner.actor.user, **values}
        )
        return change.id


@pytest.fixture
def office(tmp_path: Path, sqlite_url: str, clock: FrozenClock) -> Office:
    Path(sqlite_url.removeprefix("sqlite:///")).parent.mkdir(exist_ok=True)
    branch = open_branch(tmp_path / "home", sqlite_url, clock)
    records, system = branch.records, branch.system
    records.create(system, "company", {"code": "HQ", "name": "Head"})
    for code, parent in (("ROOT", None), ("EAST", "ROOT"), ("SOUTH", "ROOT")):
        given = {"code": code, "name": code, "company": {"code": "HQ"}}
        records.create(system, "department", {**given, **({"parent": {"code": parent}} if parent else {})})
    return Office(branch, RightsService(records))
