"""The manual's own pack at work on both databases: lists and gets agree in every scope, shared and delegated."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import pytest

from engine.access.directory import UNLIMITED, Directory
from engine.access.holding import actor_of
from engine.access.tables.organisation import write_roles
from engine.kernel.clock import FrozenClock
from engine.kernel.context import SYSTEM, Context
from engine.kernel.errors import Missing, Refused
from engine.kernel.names import new_record_id
from engine.metamodel import Layer, compile_tenant, read_text
from engine.records import Listing, RecordService
from engine.rights import RightsService
from engine.rights.delegating import NewDelegation
from engine.rights.sharing import NewShare
from engine.settings import Settings
from engine.storage import Shelf, install_model, make_place, open_database, prepare, raise_access_version
from engine.storage.system import USER
from tests.architecture.sources import ROOT

PEOPLE = {"ada": "HQ", "bea": "EAST", "cai": "EAST", "dan": "SH", "eve": "WEST"}
UNITS = {"HQ": (None, "G"), "EAST": ("HQ", "G"), "SH": ("EAST", "S"), "WEST": ("HQ", "W")}


@dataclass
class World:
    """A tenant with the pack of the manual, its people and one deal of each."""

    shelf: Shelf
    records: RecordService
    rights: RightsService
    clock: FrozenClock
    ids: dict[str, str] = field(default_factory=dict)

    @property
    def free(self) -> Context:
        return Context("acme", SYSTEM, clock=self.clock)

    def make(self, object: str, key: str = "", **given: Any) -> str:
        id = self.records.create(self.free, object, given).id
        if key:
            self.ids[key] = id
        return id

    def hold(self, login: str, *roles: str) -> None:
        with self.shelf.database("acme").writing() as session:
            write_roles(session, self.ids[login], roles)
            raise_access_version(session)

    def directory_of(self, session: Any, catalog: Any) -> Directory:
        return Directory(session, catalog, self.clock.now().date())

    def ctx(self, login: str) -> Context:
        self.shelf.database("acme").suspect = True
        database, catalog = self.shelf.current("acme")
        with database.reading() as session:
            actor = actor_of(session, self.directory_of(session, catalog), self.ids[login], self.clock.now())
        assert actor is not None
        return Context("acme", actor, clock=self.clock)

    def sees(self, login: str) -> set[str]:
        """Return the deals that a user's list holds; each of them, and no other, can be got by its id."""
        ctx = self.ctx(login)
        listed = {r.values["name"] for r in self.records.list(ctx, Listing("deal", fields=("name",))).records}
        for name in (key for key in self.ids if key.startswith("deal ")):
            try:
                got = self.records.get(ctx, "deal", self.ids[name]).values["name"] in listed
            except Missing:
                got = name.removeprefix("deal ") not in listed
            assert got, name
        return listed


def blocks() -> str:
    text = (ROOT / "docs" / "permission.md").read_text(encoding="utf-8")
    return "\n---\n".join(re.findall(r"^```yaml\n(.*?)^```", text, re.MULTILINE | re.DOTALL))


MORE = """
---
role: by_company
title: By company
grants: {deal: {read: {scope: company}}}
---
role: by_group
title: By group
grants: {deal: {read: {scope: group}}}
---
role: below
title: Below
grants: {deal: {read: {scope: company_and_below}}}
---
role: mine_or_shared
title: Mine or shared
grants: {deal: {read: {scope: [own, shared]}, update: {scope: [own, shared]}}}
---
role: by_helper
title: By helper
grants: {deal: {read: {scope: own, by: helper}}}
---
role: by_team
title: By team
grants: {deal: {read: {scope: team}}}
---
role: by_area
title: By area
grants: {deal: {read: {scope: area}}}
---
role: here
title: Here
grants: {deal: {read: {scope: department}}}
"""


@pytest.fixture
def world(tmp_path: Any, database_url: str, clock: FrozenClock) -> World:
    settings = Settings(home=tmp_path)
    model = compile_tenant([Layer("access_manual", "1.0.0", read_text(blocks() + MORE, "manual.yaml"))])
    database = open_database(database_url, "acme", settings)
    make_place(database)
    prepare(database)
    install_model(database, model, [])
    shelf = Shelf(settings, lambda _: database_url, lambda _: model)
    records = RecordService(shelf)
    made = World(shelf, records, RightsService(records), clock)
    _people(made)
    return made


def _people(world: World) -> None:
    now = world.clock.now()
    with world.shelf.database("acme").writing() as session:
        for login in PEOPLE:
            id = world.ids[login] = new_record_id()
            row = {"id": id, "login": login, "name": login, "active": True, "created_at": now, "updated_at": now}
            session.execute(USER.insert(), [row])
    for code, parent in (("G", None), ("S", "G"), ("W", "G")):
        world.make("firm", f"firm {code}", code=code, name=code, parent=parent and {"code": parent})
    for code, (parent, firm) in UNITS.items():
        world.make("unit", code, code=code, name=code, firm={"code": firm}, parent=parent and {"code": parent})
    world.make("job", "boss", code="boss", name="Boss")
    for login, unit in PEOPLE.items():
        world.make("staff", f"staff {login}", name=login, user=world.ids[login], unit=world.ids[unit])
        world.make("deal", f"deal {login}", name=login, owner=world.ids[login], amount=10)


def shown(world: World, **roles: str) -> Mapping[str, set[str]]:
    for login, role in roles.items():
        world.hold(login, role)
    return {login: world.sees(login) for login in roles}


def test_scopes_of_the_organisation_are_units_companies_and_groups(world: World) -> None:
    assert shown(world, bea="here", ada="by_company", eve="by_company") == {
        "bea": {"bea", "cai"},
        "ada": {"ada", "bea", "cai"},
        "eve": {"eve"},
    }
    assert shown(world, bea="below", dan="below", eve="by_group") == {
        "bea": {"ada", "bea", "cai", "dan", "eve"},
        "dan": {"dan"},
        "eve": set(PEOPLE),
    }


def test_further_posts_teams_and_areas_count_from_day_to_day(world: World) -> None:
    today = world.clock.now().date()
    later = (today + timedelta(days=5)).isoformat()
    world.make("post", staff=world.ids["staff eve"], unit=world.ids["SH"], from_date=later)
    world.make("squad", "t1", code="t1", name="T1")
    for login in ("cai", "eve"):
        world.make("squad_member", squad=world.ids["t1"], staff=world.ids[f"staff {login}"])
    world.make("area", "north", code="n", name="North")
    world.make("area", "far", code="f", name="Far north", parent=world.ids["north"])
    world.make("area_member", area=world.ids["north"], staff=world.ids["staff dan"])
    world.make("deal", "deal far", name="far", owner=world.ids["bea"], area=world.ids["far"], amount=1)

    assert shown(world, eve="here", cai="by_team", dan="by_area") == {
        "eve": {"eve"},
        "cai": {"cai", "eve"},
        "dan": {"far"},
    }
    world.clock.advance(timedelta(days=6))
    assert world.sees("eve") == {"eve", "dan"}


def test_shares_delegations_and_rules_meet_in_one_statement(world: World) -> None:
    deal = world.make("deal", "deal big", name="big", owner=world.ids["bea"], amount=90_000, helper=world.ids["eve"])
    now = world.clock.now()
    world.hold("bea", "seller")
    world.hold("dan", "mine_or_shared")
    assert world.sees("dan") == {"dan"}
    assert shown(world, eve="by_helper") == {"eve": {"big"}}

    share = world.rights.sharing.share(world.ctx("bea"), "deal", deal, NewShare("branch:SH", until=now + timedelta(1)))
    assert world.sees("dan") == {"dan", "big"}
    with pytest.raises(Refused):
        world.records.update(world.ctx("dan"), "deal", deal, 1, {"amount": 5})
    world.rights.sharing.end(world.ctx("bea"), share.id)
    assert world.sees("dan") == {"dan"}

    world.rights.delegating.delegate(world.ctx("bea"), NewDelegation("bea", "dan", now, now + timedelta(2)))
    assert world.sees("dan") == {"dan", "bea", "cai", "big"}
    world.records.update(world.ctx("dan"), "deal", deal, 1, {"amount": 300_000})
    world.records.update(world.free, "deal", deal, 2, {"stage": "secret", "department": None})
    assert "big" not in world.sees("dan") | world.sees("bea")
    boss = replace(world.ctx("cai").actor, administrator=True)
    with pytest.raises(Missing):
        world.records.get(Context("acme", boss, clock=world.clock), "deal", deal)


def test_the_directory_knows_who_is_who(world: World) -> None:
    world.records.update(world.free, "unit", world.ids["EAST"], 1, {"head": world.ids["staff bea"]})
    world.make("post", staff=world.ids["staff cai"], unit=world.ids["HQ"], job={"code": "boss"}, main=True)
    world.make("limit", name="orders", job={"code": "boss"}, amount=500)
    world.make("limit", name="orders", staff=world.ids["staff dan"], unlimited=True)
    world.hold("dan", "seller")
    world.shelf.database("acme").suspect = True
    database, catalog = world.shelf.current("acme")

    with database.reading() as session:
        known = world.directory_of(session, catalog)
        cai = known.by_login("cai")
        assert cai is not None
        assert (cai.unit, cai.company) == (world.ids["HQ"], world.ids["firm G"])
        assert [one.login for one in known.position_holders("boss", world.ids["SH"])] == ["cai"]
        assert [one.login for one in known.role_holders("seller", world.ids["EAST"])] == ["dan"]
        assert known.role_holders("seller", world.ids["WEST"]) == []
        head = known.superior(world.ids["dan"])
        assert head is not None
        assert head.login == "bea"
        assert [one.login for one in known.members("EAST", deep=True)] == ["bea", "dan"]
        assert (known.authority(cai.id, "orders"), known.authority(world.ids["bea"], "orders")) == (500, None)
        assert known.authority(world.ids["dan"], "orders") == UNLIMITED
        assert known.company_of("SH") == world.ids["firm S"]
