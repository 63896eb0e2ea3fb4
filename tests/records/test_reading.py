"""Reading under a policy: rows and fields of others are neither shown nor can be asked about."""

from __future__ import annotations

from decimal import Decimal

import pytest

from engine.kernel.context import Context
from engine.kernel.errors import LimitExceeded, Malformed, Missing, Rejected
from engine.records import Change, Listing
from engine.storage import Reference
from tests.records.conftest import House


class Firm:
    """Two departments, their people and clients."""

    def __init__(self, house: House) -> None:
        self.house = house
        hq = house.make("unit", name="HQ")
        north = house.make("unit", name="North", parent=hq.id)
        self.units = {"hq": hq.id, "north": north.id}
        for login, unit in (("ann", hq), ("bob", north), ("eve", hq)):
            house.make("person", name=login.title(), user=house.people[login], department=unit.id)
        self.ann, self.bob = house.as_user("ann", "seller"), house.as_user("bob", "seller")
        self.eve, self.boss = house.as_user("eve", "seller"), house.as_user("eve", "boss")
        self.acme = house.make("client", self.ann, name="Acme", phone="13812345678", grade="A")
        self.zeta = house.make("client", self.eve, name="Zeta", phone="13912345678", grade="B")
        self.beta = house.make("client", self.bob, name="Beta", parent=None)
        self.saw = house.make("product", name="Saw", price="10.50")
        self.old = house.make("product", name="Old", price="1", active=False)

    def names(self, ctx: Context, **asked: object) -> list[object]:
        page = self.house.records.list(ctx, Listing("client", fields=("name",), **asked))  # type: ignore[arg-type]
        return [record.values["name"] for record in page.records]


@pytest.fixture
def firm(house: House) -> Firm:
    return Firm(house)


def test_each_sees_the_rows_of_his_scope(firm: Firm) -> None:
    assert firm.names(firm.ann) == ["Acme", "Zeta"]
    assert firm.names(firm.bob) == ["Beta"]
    assert firm.names(firm.boss) == ["Acme", "Beta", "Zeta"]
    assert firm.names(firm.house.admin) == ["Acme", "Beta", "Zeta"]
    assert firm.house.records.count(firm.ann, "client").value == 2
    with pytest.raises(Missing):
        firm.house.records.list(firm.house.as_user("ann", "guest"), Listing("client"))


def test_an_actor_without_a_department_sees_nothing_of_departments(firm: Firm) -> None:
    firm.house.make("client", name="Nobody's")
    stranger = firm.house.as_user("admin", "seller", "boss")

    assert firm.names(stranger) == []


def test_an_invisible_record_is_like_one_that_is_not_there(firm: Firm) -> None:
    missing = []
    for id in (firm.beta.id, "01a207ac-0000-7000-8000-000000000000", "no id"):
        with pytest.raises(Missing) as told:
            firm.house.records.get(firm.ann, "client", id)
        missing.append((told.value.code, told.value.complaint.params))

    assert missing == [missing[0]] * 3


def test_a_field_is_masked_or_hidden_row_by_row(firm: Firm) -> None:
    page = firm.house.records.list(firm.ann, Listing("client", fields=("name", "phone")))
    mine, theirs = page.records

    assert (mine.values["phone"], set(mine.masked)) == ("13812345678", set())
    assert (theirs.values["phone"], set(theirs.masked)) == ("139****5678", {"phone"})
    whole = firm.house.records.get(firm.ann, "client", firm.zeta.id)
    assert whole.values["phone"] == "139****5678"
    assert not {"secret_limit", "twice", "password"} & whole.values.keys()


@pytest.mark.parametrize("name", ["secret_limit", "twice", "phone", "nosuch", "password"])
def test_what_may_not_be_used_reads_like_what_is_not_there(firm: Firm, name: str) -> None:
    said = []
    for listing in (
        Listing("client", where=f"{name} = null"),
        Listing("client", sort=(f"-{name}",)),
        Listing("client", where=f'count(client) > 0 and {name} = "x"'),
        Listing("client", where=f"parent.{name} = null"),
    ):
        with pytest.raises(Malformed) as told:
            firm.house.records.list(firm.ann, listing)
        said.append(told.value.code)

    assert set(said) == {"field_not_available"}


def test_a_field_that_is_not_usable_can_still_be_shown_when_it_is_readable(firm: Firm) -> None:
    with pytest.raises(Malformed):
        firm.house.records.list(firm.ann, Listing("client", fields=("secret_limit",)))

    shown = firm.house.records.list(firm.ann, Listing("client", fields=("phone",))).records

    assert [record.values["phone"] for record in shown] == ["13812345678", "139****5678"]


def test_a_reference_to_an_unseen_record_reads_as_empty(firm: Firm) -> None:
    firm.house.records.update(firm.house.admin, "client", firm.acme.id, 1, {"parent": firm.beta.id})

    mine = firm.house.records.get(firm.ann, "client", firm.acme.id)
    all_ = firm.house.records.get(firm.boss, "client", firm.acme.id)

    assert mine.values["parent"] is None
    assert all_.values["parent"] == Reference(firm.beta.id, "Beta")
    assert firm.names(firm.ann, where='parent.name = "Beta"') == []
    assert firm.names(firm.boss, where='parent.name = "Beta"') == ["Acme"]


def test_a_rule_sees_behind_records_that_the_reader_does_not_see(firm: Firm) -> None:
    """Each grant brings its own fields; which rows it covers is no matter of what else one sees."""
    house, line = firm.house, {"product": firm.saw.id, "quantity": 1}
    ours = house.make("deal", client=firm.acme.id, discount=5, lines=[line])
    theirs = house.make("deal", client=firm.zeta.id, discount=5, lines=[line])
    ann = house.as_user("ann", "keeper", "glimpser")

    fields = ("client", "discount", "grade")
    listed = {one.id: one.values for one in house.records.list(ann, Listing("deal", fields=fields)).records}
    single = {id: house.records.get(ann, "deal", id) for id in listed}

    assert listed[ours.id]["client"] is None
    assert {id: values.get("discount") for id, values in listed.items()} == {ours.id: 5, theirs.id: None}
    assert {id: one.values.get("discount") for id, one in single.items()} == {ours.id: 5, theirs.id: None}
    assert {id: "update" in one.allowed for id, one in single.items()} == {ours.id: True, theirs.id: False}
    assert {id: "lines" in one.lines for id, one in single.items()} == {ours.id: True, theirs.id: False}


def test_conditions_are_feel_over_the_usable_fields(firm: Firm) -> None:
    assert firm.names(firm.boss, where='grade in ("A", "B") and owner.name = "Ann"') == ["Acme"]
    assert firm.names(firm.boss, where="owner = actor") == ["Zeta"]
    assert firm.names(firm.boss, where="limit >= 1000 and created_at <= now()") == ["Acme", "Beta", "Zeta"]
    assert firm.names(firm.boss, quick="ze") == ["Zeta"]
    assert firm.names(firm.boss, view="mine") == ["Zeta"]
    assert firm.names(firm.boss, sort=("-name",)) == ["Zeta", "Beta", "Acme"]
    for where in ("grade =", "1 + 1", "name", 'drop table "client"', "for x in [1] return x", "name + 1 = 2"):
        with pytest.raises(Malformed):
            firm.names(firm.boss, where=where)
    with pytest.raises(Malformed):
        firm.names(firm.boss, view="nosuch")


def test_pages_follow_each_other_by_key(firm: Firm) -> None:
    for number in range(7):
        firm.house.make("product", name=f"P{number}", price=number)
    seen: list[object] = []
    after = None
    for _ in range(5):
        page = firm.house.records.list(
            firm.house.admin, Listing("product", fields=("name",), sort=("-price", "name"), limit=3, after=after)
        )
        seen += [record.values["name"] for record in page.records]
        after = page.after
        if after is None:
            break

    assert seen == ["Saw", "P6", "P5", "P4", "P3", "P2", "Old", "P1", "P0"]


@pytest.mark.parametrize(
    "listing",
    [Listing("client", limit=201), Listing("client", sort=("name",) * 6), Listing("client", quick="x" * 201)],
)
def test_limits_hold(firm: Firm, listing: Listing) -> None:
    with pytest.raises(LimitExceeded):
        firm.house.records.list(firm.ann, listing)


def test_what_may_be_done_with_a_record_is_told_with_it(firm: Firm) -> None:
    deal = firm.house.make("deal", firm.ann, client=firm.acme.id, lines=[{"product": firm.saw.id, "quantity": 1}])

    mine = firm.house.records.get(firm.ann, "deal", deal.id)
    theirs = firm.house.records.get(firm.eve, "deal", deal.id)
    sent = firm.house.workflow.perform(firm.ann, "deal", deal.id, 1, "submit", {})

    assert mine.allowed == {"update", "delete", "submit", "drop"}
    assert theirs.allowed == frozenset()
    assert firm.house.records.get(firm.ann, "deal", deal.id).allowed == {"update", "drop", "finish"}
    assert [t.name for t in firm.house.workflow.offered(firm.ann, "deal", deal.id)] == ["finish", "drop"]
    assert sent.version == 2


def test_a_picker_offers_only_what_would_be_accepted(firm: Firm) -> None:
    look = firm.house.records.lookup

    assert [c.title for c in look(firm.ann, "deal_line", "product", "", {})] == ["Saw"]
    assert [c.title for c in look(firm.ann, "deal", "client", "a", {})] == ["Acme", "Zeta"]
    assert [c.title for c in look(firm.bob, "deal", "client", "a", {})] == ["Beta"]
    # what begins so comes first, and what only holds it behind it, each once
    assert [c.title for c in look(firm.ann, "deal", "client", "Z", {})] == ["Zeta"]
    assert [c.title for c in look(firm.ann, "deal", "client", "a", {}, limit=1)] == ["Acme"]
    assert [c.title for c in look(firm.ann, "client", "owner", "bo", {})] == ["Bob"]
    assert look(firm.boss, "deal", "client", "acme", {})[0].second.startswith("C0001")
    with pytest.raises(Missing):
        look(firm.ann, "client", "secret_limit", "", {})


def test_a_choice_that_goes_by_a_hidden_field_tells_of_it_no_more_than_that(firm: Firm) -> None:
    records, buyer = firm.house.records, firm.house.as_user("ann", "buyer")

    assert [c.title for c in records.lookup(buyer, "deal_line", "product", "", {})] == ["Saw"]
    for id in (firm.old.id, "01a207ac-0000-7000-8000-000000000000"):
        given = {"client": firm.acme.id, "lines": [{"product": id, "quantity": 1, "price": 1}]}
        with pytest.raises(Rejected) as told:
            records.create(buyer, "deal", given)
        assert [(one.path, one.code) for one in told.value.complaints] == [("lines[0].product", "reference_not_found")]
    assert "active" not in records.get(buyer, "product", firm.saw.id).values
    with pytest.raises(Malformed):
        records.list(buyer, Listing("product", where="active = true"))


def test_the_trail_of_a_record_leaves_out_what_is_hidden(firm: Firm) -> None:
    changed: Change = firm.house.records.update(
        firm.house.admin, "client", firm.acme.id, 1, {"secret_limit": 5, "phone": "13700000001", "code": "AB123"}
    )
    firm.house.change(changed, code="AB124")

    told = firm.house.records.history(firm.eve, "client", firm.acme.id)

    assert [entry.action for entry in told] == ["update", "update", "create"]
    assert told[1].changes == {"phone": ("138****5678", "137****0001"), "code": (None, "AB123")}
    assert told[1].actor_name == "Admin"
    assert "secret_limit" in firm.house.records.history(firm.house.admin, "client", firm.acme.id)[1].changes
    with pytest.raises(Missing):
        firm.house.records.history(firm.bob, "client", firm.acme.id)


def test_reading_takes_one_statement(firm: Firm) -> None:
    firm.names(firm.ann)
    for ctx in (firm.ann, firm.house.admin):
        with firm.house.records.opener.reading(ctx) as unit:
            start = unit.session.meter.statements
            firm.house.records.get(ctx, "product", firm.saw.id)
            firm.house.records.list(ctx, Listing("client"))
            # each verb opens a session of its own, so the outer one's meter stands still
            assert unit.session.meter.statements == start
    with firm.house.records.unit(firm.ann) as unit:
        for act in (
            lambda: firm.house.records.get(firm.ann, "product", firm.saw.id),
            lambda: firm.house.records.get(firm.ann, "client", firm.acme.id),
            lambda: firm.house.records.list(firm.ann, Listing("client")),
            lambda: firm.house.records.count(firm.ann, "client"),
        ):
            start = unit.session.meter.statements
            act()
            assert unit.session.meter.statements - start == 1


def test_a_preview_shows_formulas_and_complaints_and_writes_nothing(firm: Firm) -> None:
    before = firm.house.rows("SELECT count(*) FROM tessera_audit")

    lines = [{"product": firm.saw.id, "quantity": "2"}]
    shown = firm.house.records.preview(firm.ann, "deal", {"client": firm.acme.id, "discount": "x", "lines": lines})

    assert shown.values["net"] == Decimal("21.00")
    assert shown.values["client"] == Reference(firm.acme.id, "Acme")
    assert shown.values["lines"][0]["amount"] == Decimal("21.00")
    assert [(c.path, c.code) for c in shown.complaints] == [("discount", "not_number")]
    assert firm.house.rows("SELECT count(*) FROM tessera_audit") == before
    assert firm.house.rows("SELECT value FROM tessera_counter WHERE rule = 'deal_number'") == []


def test_conditions_of_the_form_hold_for_those_who_may_only_read(firm: Firm) -> None:
    reader = firm.house.as_user("ann", "clerk")
    version = firm.house.records.get(firm.boss, "client", firm.zeta.id).version
    firm.house.records.update(firm.boss, "client", firm.zeta.id, version, {"sector": "food"})

    shown = firm.house.records.preview(reader, "client", {}, firm.zeta.id)

    assert (shown.values["name"], shown.visible["branch"]) == ("Zeta", True)


def test_a_preview_says_what_the_form_conditions_give(firm: Firm) -> None:
    new = firm.house.records.preview(firm.ann, "client", {"sector": "food", "grade": "A"})
    plain = firm.house.records.preview(firm.ann, "client", {})
    theirs = firm.house.records.preview(firm.boss, "client", {}, firm.zeta.id)

    assert (new.visible["branch"], new.required["grade"], new.readonly["phone"]) == (True, True, True)
    assert (plain.visible["branch"], plain.required["grade"], plain.readonly["phone"]) == (False, False, False)
    assert new.readonly["limit"]
    assert theirs.values["name"] == "Zeta"
    with pytest.raises(Missing):
        firm.house.records.preview(firm.ann, "client", {}, firm.beta.id)
