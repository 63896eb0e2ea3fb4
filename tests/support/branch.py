"""A tenant with the standard pack on any database, its services, and people with roles."""

from __future__ import annotations

import atexit
import shutil
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory, mkdtemp
from typing import Any

from sqlalchemy import insert

from engine.access.directory import Directory
from engine.access.placing import placed
from engine.kernel.clock import FrozenClock
from engine.kernel.context import SYSTEM, Actor, Context
from engine.kernel.names import new_record_id
from engine.records import Listing, RecordService
from engine.settings import Settings
from engine.storage import Shelf
from engine.storage.system import USER
from engine.tenancy import TenantService
from engine.tenancy.service import open_shelf
from engine.transfer import TransferService
from tests.support.postgres import fill

PACK = Path(__file__).parents[2] / "packs" / "crm_standard"
TENANT = "acme"
_SQLITE = "sqlite:///"


@dataclass
class Branch:
    """Everything that a test needs to work in one tenant."""

    home: Path
    clock: FrozenClock
    shelf: Shelf
    tenancy: TenantService
    records: RecordService
    transfer: TransferService
    people: dict[str, Actor] = field(default_factory=dict)

    @property
    def system(self) -> Context:
        return Context(TENANT, SYSTEM, clock=self.clock)

    def add_person(self, login: str, *roles: str, administrator: bool = False, department: str = "") -> Context:
        """Make a user with roles, and an employee in a department when one is named by its code."""
        id = new_record_id()
        now = self.clock.now()
        row = {"id": id, "login": login, "name": login.title(), "active": True, "created_at": now, "updated_at": now}
        with self.shelf.database(TENANT).writing() as session:
            session.execute(insert(USER).values(**row))
        if department:
            post = {"name": login.title(), "user": {"login": login}, "department": {"code": department}}
            self.records.create(self.system, "employee", post)
        actor = Actor(id, login, login.title(), frozenset(roles), administrator=administrator)
        database, catalog = self.shelf.current(TENANT)
        with database.reading() as session:
            self.people[id] = placed(actor, Directory(session, catalog, self.clock.now().date()))
        return Context(TENANT, self.people[id], clock=self.clock)

    def rows(self, object: str, *fields: str, where: str = "", sort: tuple[str, ...] = ()) -> list[dict[str, Any]]:
        """Return all records of an object with the named fields, as the system sees them."""
        found: list[dict[str, Any]] = []
        listing = Listing(object, where or None, fields=fields, limit=200, sort=sort)
        while True:
            page = self.records.list(self.system, listing)
            found += [{name: record.values[name] for name in fields} for record in page.records]
            if page.after is None:
                return found
            listing = replace(listing, after=page.after)

    def count(self, object: str, where: str = "") -> int:
        return self.records.count(self.system, object, where or None).value


def open_branch(home: Path, url: str, clock: FrozenClock) -> Branch:
    """Make the tenant with the standard pack in an empty database, by a copy of one where it was installed before."""
    settings = Settings(home=home)
    shelf = open_shelf(settings)
    tenancy = TenantService(settings, shelf)
    fill_with_pack(url)
    tenancy.create(TENANT, url=url, adopt=True)
    return branch_over(home, shelf, tenancy, clock)


def fill_with_pack(url: str) -> None:
    """Make an empty database, or a file that is not there yet, the place of the tenant with the pack installed."""
    if url.startswith(_SQLITE):
        shutil.copyfile(installed(), url.removeprefix(_SQLITE))
    else:
        fill(url, "branch", _install)


@cache
def installed() -> Path:
    """Return a database file with the pack installed, made once in a test process."""
    folder = Path(mkdtemp(prefix="tessera-branch-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    path = folder / "installed.db"
    _install(f"{_SQLITE}{path}")
    return path


def _install(url: str) -> None:
    with TemporaryDirectory(prefix="tessera-branch-") as home:
        settings = Settings(home=Path(home))
        shelf = open_shelf(settings)
        tenancy = TenantService(settings, shelf)
        tenancy.create(TENANT, url=url)
        tenancy.install(TENANT, [PACK])
        if url.startswith(_SQLITE):
            with shelf.database(TENANT).reading() as session:
                session.raw_rows("PRAGMA wal_checkpoint(TRUNCATE)")
        shelf.close()


def branch_over(home: Path, shelf: Shelf, tenancy: TenantService, clock: FrozenClock) -> Branch:
    """Return the services over a tenant that is there."""
    records = RecordService(shelf)
    people: dict[str, Actor] = {SYSTEM.user: SYSTEM}
    transfer = TransferService(records, home / "transfer", lambda _, user: people.get(user))
    return Branch(home, clock, shelf, tenancy, records, transfer, people)
