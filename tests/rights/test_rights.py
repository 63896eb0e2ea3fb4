"""Rights given by people: shares, transfers, delegations, assignments, leavers; why, and with whose eyes."""

from __future__ import annotations

from datetime import timedelta

import pytest

from engine.kernel.errors import Malformed, Missing, Refused, Rejected
from engine.records import Listing
from engine.rights.delegating import NewDelegation
from engine.rights.explaining import Question
from engine.rights.sharing import NewShare
from engine.storage import faults
from tests.rights.conftest import Office


def names(office: Office, login: str) -> set[str]:
    page = office.branch.records.list(office.ctx(login), Listing("customer", fields=("name",)))
    return {record.values["name"] for record in page.records}


def test_a_share_shows_the_record_until_it_ends(office: Office) -> None:
    amy = office.person("amy", "salesperson", department="EAST")
    office.person("bob", "salesperson", department="SOUTH")
    id = office.customer(amy, "Shared")
    assert names(office, "bob") == set()

    until = office.branch.clock.now() + timedelta(days=1)
    office.rights.sharing.share(office.ctx("amy"), "customer", id, NewShare("user:bob", "read", until))

    assert names(office, "bob") == {"Shared"}
    assert office.branch.records.get(office.ctx("bob"), "customer", id).values["name"] == "Shared"
    with pytest.raises(Refused):
        office.branch.records.update(office.ctx("bob"), "customer", id, 1, {"remark": "mine"})
    office.branch.clock.advance(timedelta(days=2))
    assert names(office, "bob") == set()
    with pytest.raises(Missing):
        office.branch.records.get(office.ctx("bob"), "customer", id)


def test_a_share_for_update_lets_change_and_can_be_taken_back(office: Office) -> None:
    amy = office.person("amy", "salesperson", department="EAST")
    office.person("bob", "salesperson", department="SOUTH")
    id = office.customer(amy, "Shared")

    share = office.rights.sharing.share(amy, "customer", id, NewShare("branch:SOUTH", "update"))
    office.branch.records.update(office.ctx("bob"), "customer", id, 1, {"remark": "mine"})

    office.rights.sharing.end(office.ctx("amy"), share.id)
    assert names(office, "bob") == set()


def test_a_shared_record_and_what_may_be_done_with_it_are_read_in_one_statement(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    amy = office.person("amy", "salesperson", department="EAST")
    office.person("bob", "salesperson", department="SOUTH")
    id = office.customer(amy, "Shared")
    until = office.branch.clock.now() + timedelta(days=1)
    office.rights.sharing.share(amy, "customer", id, NewShare("user:bob", "read"))
    office.rights.sharing.share(amy, "customer", id, NewShare("branch:SOUTH", "update", until))
    bob, seen = office.ctx("bob"), list[None]()
    office.branch.records.get(bob, "customer", id, ("name",))

    monkeypatch.setattr(faults, "after_statement", lambda: seen.append(None))
    today = office.branch.records.get(bob, "customer", id, ("name",))
    monkeypatch.setattr(faults, "after_statement", None)

    assert "update" in today.allowed
    assert len(seen) == 1
    office.branch.clock.advance(timedelta(days=2))
    later = office.branch.records.get(bob, "customer", id, ("name",))
    assert later.values["name"] == "Shared"
    assert "update" not in later.allowed


def test_only_who_may_share_shares_and_nobody_shares_what_he_does_not_see(office: Office) -> None:
    amy = office.person("amy", "salesperson", department="EAST")
    ann = office.person("ann", "salesperson", department="EAST")
    bob = office.person("bob", "salesperson", department="SOUTH")
    id = office.customer(amy, "Mine")

    with pytest.raises(Refused):
        office.rights.sharing.share(ann, "customer", id, NewShare("user:bob"))
    with pytest.raises(Missing):
        office.rights.sharing.share(bob, "customer", id, NewShare("user:bob"))
    with pytest.raises(Malformed):
        office.rights.sharing.share(amy, "customer", id, NewShare("unit:NOWHERE"))


def test_a_new_owner_needs_the_right_to_transfer_and_brings_his_department(office: Office) -> None:
    amy = office.person("amy", "salesperson", department="EAST")
    boss = office.person("boss", "sales_manager", department="ROOT")
    bob = office.person("bob", "salesperson", department="SOUTH")
    id = office.customer(amy, "Moved")
    contact = office.branch.records.create(amy, "contact", {"name": "Li", "customer": id, "mobile": "13800000000"}).id

    with pytest.raises(Refused):
        office.rights.handing.transfer(amy, "customer", id, 1, {"owner": bob.actor.user}, ())
    version = office.branch.records.get(boss, "customer", id).version
    moved = office.rights.handing.transfer(
        boss, "customer", id, version, {"owner": bob.actor.user}, ("contact.customer",)
    )

    assert moved.related == {"contact.customer": 1}
    assert names(office, "bob") == {"Moved"}
    assert names(office, "amy") == set()
    seen = office.branch.records.get(office.ctx("bob"), "contact", contact)
    assert seen.values["owner"].id == bob.actor.user


def test_a_delegate_acts_with_the_principals_rows_while_it_runs(office: Office) -> None:
    amy = office.person("amy", "salesperson", department="EAST")
    office.person("bob", "finance", department="SOUTH")
    id = office.customer(amy, "Away")
    now = office.branch.clock.now()
    before = office.branch.records.get(office.ctx("bob"), "customer", id).version

    office.rights.delegating.delegate(amy, NewDelegation("amy", "bob", now, now + timedelta(days=3)))

    office.branch.records.update(office.ctx("bob"), "customer", id, before, {"website": "https://away.example"})
    office.branch.clock.advance(timedelta(days=4))
    assert office.ctx("bob").actor.steads == ()
    again = office.rights.delegating.delegate(amy, NewDelegation("amy", "bob", now, now + timedelta(days=9)))
    assert office.rights.delegating.of(amy) == [again]
    office.rights.delegating.end(amy, again.id)
    assert office.rights.delegating.of(amy) == []


def test_nobody_lends_what_he_does_not_hold(office: Office) -> None:
    amy = office.person("amy", "salesperson", department="EAST")
    office.person("bob", "salesperson", department="SOUTH")
    now = office.branch.clock.now()

    with pytest.raises(Rejected) as refused:
        office.rights.delegating.delegate(
            amy, NewDelegation("amy", "bob", now, now, frozenset({"director"}), privileges=frozenset({"see_margin"}))
        )

    assert {one.path for one in refused.value.complaints} == {"until", "roles", "privileges"}


def test_a_manager_gives_the_roles_of_his_branch_and_no_others(office: Office) -> None:
    boss = office.person("boss", "sales_manager", department="EAST")
    office.person("amy", department="EAST")
    office.person("bob", department="SOUTH")

    assert office.rights.assigning.assign(boss, "amy", ["salesperson"]) == ["salesperson"]

    with pytest.raises(Refused):
        office.rights.assigning.assign(boss, "amy", ["salesperson", "director"])
    with pytest.raises(Refused):
        office.rights.assigning.assign(boss, "bob", ["salesperson"])
    assert [one.person.login for one in office.rights.assigning.all(boss)] == ["amy", "boss"]


def test_what_a_leaver_owned_goes_to_his_heir(office: Office) -> None:
    amy = office.person("amy", "salesperson", department="EAST")
    bob = office.person("bob", "salesperson", department="SOUTH")
    for number in range(3):
        office.customer(amy, f"C{number}")

    assert office.rights.handing.belongings(office.branch.system, "amy") == {"customer": 3}
    with pytest.raises(Refused):
        office.rights.handing.hand_over(bob, "amy", "bob")
    assert office.rights.handing.hand_over(office.branch.system, "amy", "bob") == {"customer": 3}

    assert names(office, "bob") == {"C0", "C1", "C2"}
    assert office.rights.handing.belongings(office.branch.system, "amy") == {}


def test_it_is_told_why_and_what_would_help(office: Office) -> None:
    amy = office.person("amy", "salesperson", department="EAST")
    office.person("bob", "salesperson", department="SOUTH")
    boss = office.person("boss", "sales_manager", department="ROOT")
    id = office.customer(amy, "Why")

    own = office.rights.explaining.explain(amy, Question("customer", "update", id))
    assert own.why.allowed
    assert own.why.decided_by == "salesperson"

    other = office.rights.explaining.explain(boss, Question("customer", "read", id, "credit_limit", "bob"))
    assert other.why.outcome == "not_covered"
    assert {one.scope: one.holds for one in other.why.grants[0].scopes} == {
        "own": False,
        "department": False,
        "team": False,
        "territory": False,
        "shared": False,
    }
    assert next((one.kind, one.givers) for one in other.remedies) == ("share", ("amy",))
    assert other.why.field is not None
    assert not other.why.field.writable
    with pytest.raises(Refused):
        office.rights.explaining.explain(amy, Question("customer", "read", id, login="boss"))
    for unknown in (Question("customer", "nosuch", id), Question("customer", "read", id, "nosuch")):
        with pytest.raises(Missing):
            office.rights.explaining.explain(amy, unknown)


def test_it_is_told_how_a_record_is_shared_and_which_role_would_show_a_field(office: Office) -> None:
    amy = office.person("amy", "salesperson", department="EAST")
    boss = office.person("boss", "sales_manager", department="ROOT")
    office.person("bob", "salesperson", department="SOUTH")
    id = office.customer(amy, "Told")
    office.rights.sharing.share(boss, "customer", id, NewShare("user:bob"))

    shared = office.rights.explaining.explain(boss, Question("customer", "read", id, login="bob"))

    assert {scope.by for grant in shared.why.grants for scope in grant.scopes if scope.scope == "shared"} == {("",)}
    person = office.branch.records.list(office.branch.system, Listing("employee", fields=("id",))).records[0].id
    hidden = office.rights.explaining.explain(boss, Question("employee", "read", person, "birth_date"))
    assert hidden.why.allowed
    assert hidden.why.field is not None
    assert hidden.why.field.sight == "hidden"
    assert hidden.why.field.said == {"sales_manager": "hidden"}
    assert [(one.kind, one.name) for one in hidden.remedies] == [("role", "director")]


def test_seeing_with_other_eyes_changes_nothing(office: Office) -> None:
    amy = office.person("amy", "salesperson", department="EAST")
    id = office.customer(amy, "Seen")

    eyes = office.rights.viewing.view_as(office.branch.system, "amy")

    page = office.branch.records.list(eyes, Listing("customer", fields=("name",)))
    assert [one.values["name"] for one in page.records] == ["Seen"]
    with pytest.raises(Refused, match="eyes"):
        office.branch.records.update(eyes, "customer", id, 1, {"remark": "no"})
    with pytest.raises(Refused):
        office.rights.viewing.view_as(amy, "amy")
