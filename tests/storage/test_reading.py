"""What a reader gets: only the rows he may see, titles of those only, pages that follow one another, one statement."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from engine.kernel.errors import Malformed
from engine.metamodel.compiler.scopes import InsideObject, World
from engine.metamodel.model import SortKey
from engine.rules import Expression, Run, compile_expression
from engine.storage import (
    Catalog,
    Database,
    Match,
    Query,
    Reference,
    StaleCatalog,
    every_row,
    select_one,
    select_page,
)
from tests.storage.conftest import NOW, Add, Install

PACK = """
object: region
title: Region
display: name
fields:
  name: {type: text, title: Name}
  open: {type: boolean, title: Open}
---
object: party
title: Party
display: name
traits: [owned, recycle]
fields:
  name: {type: text, title: Name}
  secret: {type: secret, title: Secret}
  region: {type: reference, to: region, title: Region}
  about: {type: any_reference, to: [party, region], title: About}
  friends: {type: references, to: party, title: Friends}
  place: {type: address, title: Place}
---
object: visit
title: Visit
display: party
fields:
  party: {type: reference, to: party, title: Party}
  name: {type: text, title: Name}
"""
COLUMNS = (("id",), ("name",), ("region",), ("region", "name"), ("about",), ("owner",), ("secret",))
Rule = Callable[[str, str], Expression]


@pytest.fixture
def rule(catalog: Catalog) -> Rule:
    """Compile a condition over an object."""
    world = World(catalog.model.objects, catalog.model.dictionaries)
    return lambda object, text: compile_expression(text, InsideObject(world, object))


@pytest.fixture
def catalog(install: Install) -> Catalog:
    """The pack, installed."""
    return install(PACK)


def page(tenant: Database, catalog: Catalog, query: Query, rows: Any = every_row, **bound: Any) -> list[dict[str, Any]]:
    """Read one page."""
    with tenant.reading() as session:
        found = select_page(session, catalog, query, rows, bound, Run(NOW))
        assert session.meter.statements == 1
        return list(found.rows)


def test_a_hidden_record_is_not_there_behind_a_reference_either(
    tenant: Database, catalog: Catalog, add: Add, rule: Rule
) -> None:
    north, south = add(catalog, "region", name="N", open=True), add(catalog, "region", name="S", open=False)
    add(catalog, "party", name="a", region=north, about=Reference(south, None, "region"), owner="system")
    add(catalog, "party", name="b", region=south, about=Reference(north, None, "region"))
    visible = {"region": rule("region", "open"), "party": None}.get
    query = Query("party", COLUMNS, sort=(SortKey(("name",)),))

    first, second = page(tenant, catalog, query, visible)
    everything = page(tenant, catalog, query)

    assert first["region"] == Reference(north, "N")
    assert (first["about"], second["about"]) == (None, Reference(north, "N", "region"))
    assert (second["region"], second["region.name"]) == (None, None)
    assert first["owner"] == Reference("system", "system")
    assert everything[1]["region"] == Reference(south, "S")
    assert everything[0]["about"] == Reference(south, "S", "region")


def test_neither_filter_nor_order_tells_of_a_hidden_record(
    tenant: Database, catalog: Catalog, add: Add, rule: Rule
) -> None:
    north, south = add(catalog, "region", name="N", open=True), add(catalog, "region", name="A", open=False)
    add(catalog, "party", name="n", region=north)
    add(catalog, "party", name="s", region=south)
    visible = {"region": rule("region", "open"), "party": None}.get

    filtered = page(tenant, catalog, Query("party", COLUMNS, where=rule("party", 'region.name = "A"')), visible)
    ordered = page(tenant, catalog, Query("party", COLUMNS, sort=(SortKey(("region",)),)), visible)

    assert filtered == []
    assert [row["name"] for row in ordered] == ["s", "n"]


def test_the_rule_of_a_row_looks_at_what_is_true_not_at_what_is_seen(
    tenant: Database, catalog: Catalog, add: Add, rule: Rule
) -> None:
    north, south = add(catalog, "region", name="N", open=True), add(catalog, "region", name="S", open=False)
    add(catalog, "party", name="n", region=north, owner="system")
    add(catalog, "party", name="s", region=south, owner="system")
    visible = {"region": rule("region", "open"), "party": rule("party", 'region.name = "S" and owner = actor')}.get
    query = Query("party", COLUMNS)

    found = page(tenant, catalog, query, visible, actor={"id": "system"})
    nobody = page(tenant, catalog, query, visible, actor={"id": "another"})

    assert [(row["name"], row["region"]) for row in found] == [("s", None)]
    assert nobody == []


def test_the_statement_is_made_once_for_all_actors(tenant: Database, catalog: Catalog, add: Add, rule: Rule) -> None:
    add(catalog, "party", name="a", owner="system")
    visible = {"party": rule("party", "owner = actor"), "region": None}.get
    small, large = rule("party", 'name > "a0"'), rule("party", 'name > "zzz"')

    page(tenant, catalog, Query("party", COLUMNS, where=small), visible, actor={"id": "u1"})
    known = len(catalog.tables.statements)
    page(tenant, catalog, Query("party", COLUMNS, where=large), visible, actor={"id": "u2"})

    # one more rule, one more list of what it reaches, but no statement
    assert len(catalog.tables.statements) == known + 2


def test_a_title_that_is_a_reference_is_followed(tenant: Database, catalog: Catalog, add: Add, rule: Rule) -> None:
    party = add(catalog, "party", name="Anna")
    visit = add(catalog, "visit", party=party, name="v")
    other = add(catalog, "party", name="b")

    (row,) = page(tenant, catalog, Query("visit", (("party",), ("party", "region"))))

    assert (visit != other, row["party"], row["party.region"]) == (True, Reference(party, "Anna"), None)


def test_what_lies_in_the_recycle_bin_is_asked_for_by_itself(tenant: Database, catalog: Catalog, add: Add) -> None:
    add(catalog, "party", name="here")
    gone = add(catalog, "party", name="gone", deleted_at=NOW, deleted_by="system")

    def names(**asked: Any) -> list[str]:
        return sorted(row["name"] for row in page(tenant, catalog, Query("party", COLUMNS, **asked)))

    assert (names(), names(deleted=True), names(deleted=None)) == (["here"], ["gone"], ["gone", "here"])
    with tenant.reading() as session:
        query = Query("party", COLUMNS, match=(Match("id", gone),))
        assert select_one(session, catalog, query, every_row, {}, Run(NOW)) is None


def test_a_secret_is_never_read(tenant: Database, catalog: Catalog, add: Add) -> None:
    add(catalog, "party", name="a", secret="hidden")

    (row,) = page(tenant, catalog, Query("party", COLUMNS))

    assert row["secret"] is None


@pytest.mark.parametrize("bad", ["", "x", "AAAA", "é", "W10", "a" * 9000, "////", "AAAAAAAAAAAAAAAAW251bGxd"])
def test_a_wrong_cursor_is_refused(tenant: Database, catalog: Catalog, bad: str) -> None:
    with pytest.raises(Malformed) as refused:
        page(tenant, catalog, Query("party", COLUMNS, after=bad))
    assert refused.value.code == "bad_cursor"


def test_a_cursor_is_good_for_its_own_list_only(tenant: Database, catalog: Catalog, add: Add, rule: Rule) -> None:
    for number in range(5):
        add(catalog, "party", name=f"{number}")
    query = Query("party", COLUMNS, sort=(SortKey(("name",)),), limit=2)
    with tenant.reading() as session:
        first = select_page(session, catalog, query, every_row, {}, Run(NOW))

        def after(**other: Any) -> Any:
            from dataclasses import replace

            asked = replace(query, after=first.after, **other)
            return select_page(session, catalog, asked, every_row, {}, Run(NOW)).rows

        assert [row["name"] for row in after()] == ["2", "3"]
        for other in (
            {"sort": (SortKey(("name",), True),)},
            {"where": rule("party", 'name > "0"')},
            {"quick": "1"},
            {"deleted": True},
            {"match": (Match("name", "1"),)},
        ):
            with pytest.raises(Malformed):
                after(**other)


def test_a_path_that_leads_nowhere_is_named(tenant: Database, catalog: Catalog) -> None:
    for path in (("nothing",), ("region", "nothing"), ("name", "more"), ("owner", "password_hash")):
        with pytest.raises(Malformed) as refused:
            page(tenant, catalog, Query("party", (path,)))
        assert refused.value.code == "path_unknown"


def test_a_page_of_an_older_model_is_not_given(tenant: Database, catalog: Catalog, install: Install, add: Add) -> None:
    add(catalog, "party", name="a")
    install(PACK.replace("  place: {type: address, title: Place}\n", ""))

    with pytest.raises(StaleCatalog):
        page(tenant, catalog, Query("party", COLUMNS))
    assert tenant.suspect
