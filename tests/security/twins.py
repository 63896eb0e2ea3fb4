"""Two tenants under one roof: ours, and another that has one of everything, each text in it a canary."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from engine.auth import NewUser, Visitor
from engine.kernel.context import SYSTEM, Actor, Context
from engine.metamodel.layers.edits import Edit
from engine.rights.delegating import NewDelegation
from engine.rights.sharing import NewShare
from engine.storage.system import METADATA
from engine.transfer.mapping import mapping_of
from engine.wiring import Engine
from tests.oracle.people import User
from tests.security.requests import V1
from tests.security.world import PASSWORD, House, open_world

CANARY = "canary-5d3f"
LOGIN = "twin-boss"
# what only the other tenant defines; the names are asked for, the titles must never come
OWN = f"""
role: canary_role
title: {{zh: {CANARY}, en: {CANARY}}}
grants: {{client: {{read: {{}}, create: {{}}}}}}
---
restrict: canary_bound
of: client
title: {{zh: {CANARY}, en: {CANARY}}}
that: 'record.name != "{CANARY} nobody"'
---
dictionary: canary_book
title: {{zh: {CANARY}, en: {CANARY}}}
open: true
items: {{A: {{title: {{zh: {CANARY}, en: {CANARY}}}}}}}
---
dataset: canary_data
of: client
title: {{zh: {CANARY}, en: {CANARY}}}
dimensions: {{level: level}}
measures: {{count: {{count: true}}}}
---
chart: canary_chart
title: {{zh: {CANARY}, en: {CANARY}}}
dataset: canary_data
kind: bar
rows: level
values: [count]
---
dashboard: canary_board
title: {{zh: {CANARY}, en: {CANARY}}}
tiles: {{one: {{chart: canary_chart}}}}
---
print: canary_print
title: {{zh: {CANARY}, en: {CANARY}}}
object: client
body: {{zh: <p>{CANARY}</p>, en: <p>{CANARY}</p>}}
---
approval: canary_flow
title: {{zh: {CANARY}, en: {CANARY}}}
object: deal
start: {{by: [user]}}
subject: {{material: [title]}}
steps: [{{approve: canary_step, by: [submitter], self: allow}}]
---
object: canary_thing
title: {{zh: {CANARY}, en: {CANARY}}}
display: name
fields: {{name: {{type: text, title: {{zh: {CANARY}, en: {CANARY}}}, required: true}}}}
"""
# what stands in the places of addresses that are no ids
NAMES = {
    "role": "canary_role",
    "chart": "canary_chart",
    "dataset": "canary_data",
    "dashboard": "canary_board",
    "print": "canary_print",
    "flow": "canary_flow",
    "approval": "canary_flow",
    "step": "canary_step",
    "of": "canary_thing",
    "login": LOGIN,
    "tenant": "other",
}
DEFINED = {
    "role": "canary_role",
    "restrict": "canary_bound",
    "dictionary": "canary_book",
    "dataset": "canary_data",
    "chart": "canary_chart",
    "dashboard": "canary_board",
    "print": "canary_print",
    "approval": "canary_flow",
    "object": "canary_thing",
}
# rows of the other tenant without which a way in would be asked for nothing
HELD = {
    *("tessera_user", "tessera_token", "tessera_share", "tessera_file", "tessera_delegation"),
    *("tessera_job", "tessera_instance", "tessera_task", "tessera_outbox"),
}
RECORDS: Sequence[tuple[str, dict[str, Any]]] = (
    ("unit", {"name": f"{CANARY} unit"}),
    ("person", {"name": f"{CANARY} person"}),
    ("client", {"name": f"{CANARY} client", "code": CANARY, "notes": f"{CANARY} notes", "phone": "13912345678"}),
    ("deal", {"title": f"{CANARY} deal", "client": "@client", "lines": [{"text": f"{CANARY} line"}]}),
    ("plain", {"name": f"{CANARY} plain", "client": "@client"}),
)


@dataclass
class Twins:
    """Our tenant, and of the other one: ids of records by object, one id of each table, and secrets."""

    ours: House
    ids: dict[str, list[str]]
    rows: dict[str, str]
    secrets: list[str]
    home: Path


@contextmanager
def twins(kind: str, folder: Path, request: pytest.FixtureRequest) -> Iterator[Twins]:
    """Open both tenants on a kind of database."""
    if kind == "sqlite":
        with _opened(f"sqlite:///{folder}/{{tenant}}.db", folder) as made:
            yield made
        return
    with request.getfixturevalue("postgres_server").fresh_database() as url, _opened(url, folder) as made:
        yield made


@contextmanager
def _opened(url: str, folder: Path) -> Iterator[Twins]:
    house = open_world(url, folder, "read_only", 1, 4, untouched=True)
    engine = house.engine
    engine.tenancy.create("other", "Other")
    engine.tenancy.install("other", [folder / "pack"])
    user = engine.auth.accounts.create("other", NewUser(LOGIN, CANARY, PASSWORD, (), administrator=True))
    token = str(engine.auth.tokens.create("other", user.login, CANARY, ["read", "write"], None))
    cookie = str(engine.auth.log_in("other", user.login, PASSWORD, Visitor("192.0.2.9")))
    other = replace(house, tenant="other", users={"boss": User(user.id, user.login, frozenset(), True)})
    other.tokens, other.cookies = {"boss": token}, {"boss": cookie}
    engine.tenancy.set_overlay("other", OWN)
    ids = _filled(other, user.id, folder)
    try:
        yield Twins(house, ids, _rows(engine), [token, cookie, token.rpartition("_")[2]], folder)
    finally:
        house.close()


def _filled(other: House, user: str, folder: Path) -> dict[str, list[str]]:
    """Make one of everything in the other tenant; return the ids of its records."""
    engine = other.engine
    system = Context("other", SYSTEM, "en", clock=other.clock)
    made: dict[str, list[str]] = {}
    for object, values in RECORDS:
        given = {name: made["client"][0] if value == "@client" else value for name, value in values.items()}
        made.setdefault(object, []).append(engine.records.create(system, object, given).id)
    made["canary_thing"] = [engine.records.create(system, "canary_thing", {"name": f"{CANARY} thing"}).id]
    boss = replace(system, actor=_actor(engine, user))
    engine.rights.sharing.share(boss, "client", made["client"][0], NewShare("role:canary_role", note=CANARY))
    helper = engine.auth.accounts.create("other", NewUser("twin-helper", CANARY, PASSWORD, ("canary_role",)))
    now = other.clock.now()
    lent = NewDelegation("twin-helper", LOGIN, now, now + timedelta(days=9), note=CANARY)
    engine.rights.delegating.delegate(boss, lent)
    assert helper.id
    engine.overlays.propose(boss, [Edit("set", "role", "canary_role", ("title",), {"zh": CANARY, "en": f"{CANARY} 2"})])
    rows = folder / "rows.csv"
    rows.write_text(f"name\n{CANARY} plain\n", encoding="utf-8")
    engine.transfer.start_import(boss, mapping_of({"object": "plain", "key": None, "columns": {"name": "name"}}), rows)
    rows.unlink()
    for path, sent in (
        (f"files?object=client&field=contract&name={CANARY}.txt", {"data": CANARY.encode()}),
        (f"records/deal/{made['deal'][0]}/approvals/canary_flow", {"json": {}}),
    ):
        headers = {
            "Authorization": f"Bearer {other.tokens['boss']}",
            "Idempotency-Key": path.partition("?")[0].replace("/", "-"),
        }
        answer = other.client().post(f"{V1}/{path}", headers=headers, **sent)  # type: ignore[arg-type] # as it comes
        assert answer.status_code in (200, 201), answer.text
    return made


def _rows(engine: Engine) -> dict[str, str]:
    """Return one id of each of the engine's own tables that has any in the other tenant."""
    database, _ = engine.shelf.current("other")
    found = {}
    with database.reading() as session:
        for table in METADATA.sorted_tables:
            if "id" in table.c and table.name not in ("tessera_state", "tessera_schema"):
                several = session.raw_rows(f'SELECT id FROM "{table.name}" ORDER BY id LIMIT 1')
                found.update((table.name, str(row[0])) for row in several)
    return found


def _actor(engine: Engine, user: str) -> Actor:
    actor = engine.auth.actor_of("other", user)
    assert actor is not None
    return actor
