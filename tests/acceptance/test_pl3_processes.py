"""PL-3 审核流程 in the standard pack: what moves by itself, seen by ordinary users with shipped roles."""

from __future__ import annotations

from tests.support.office import Office

REGIONS = {"amy": "310000", "bob": "110000"}


def test_pl3_a_customer_from_the_website_finds_its_salesperson_by_region(office: Office) -> None:
    for login, region in REGIONS.items():
        (post,) = office.found("gao", "employee", f'name = "{login.title()}"', "id,version")
        office.engine.records.update(office.system, "employee", post["id"], post["version"], {"region": region})
    for n, region in enumerate(("310000", "110000", "310000")):
        office.make("ivy", "customer", name=f"C{n}", source="website", region=region)
    office.make("amy", "customer", name="Own", source="website", region="110000")

    office.settle()

    told = office.found("gao", "customer", fields="name,owner")
    assert {one["name"]: one["owner"]["id"] for one in told} == {
        name: office.users[login] for name, login in (("C0", "amy"), ("C1", "bob"), ("C2", "amy"), ("Own", "amy"))
    }
