"""What the campaign found of things unseen, each by itself: ids that one happens to know, views by hidden fields."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.security.beside import Beside
from tests.security.requests import NOBODY, V1
from tests.security.world import House, open_world


def opened(factory: pytest.TempPathFactory, kind: str, seed: int) -> tuple[House, Beside]:
    home: Path = factory.mktemp("house")
    url = f"sqlite:///{home}/{{tenant}}.db"
    house = open_world(url, home, kind, seed, 6)
    return house, Beside(url, house.tenant)


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> tuple[House, Beside]:
    """Return a house whose people know their clients' departments, of which they see none."""
    return opened(tmp_path_factory, "unless_fields", 5)


def placed(house: House) -> dict[str, Any]:
    """Return a client with a department."""
    rows = house.dump().rows["client"].values()
    return next(row for row in rows if row["department"] is not None and row["deleted_at"] is None)


def sent(house: House, row: dict[str, Any], values: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    answer = house.api("ann", "PATCH", f"{V1}/records/client/{row['id']}", values, If_Match=f'"{row["version"]}"')
    told = answer.get_json()
    told.pop("request_id", None)
    return answer.status_code, told


def test_the_id_of_an_unseen_record_is_refused_also_where_the_field_holds_it(company: tuple[House, Beside]) -> None:
    house, beside = company
    row, before = placed(house), beside.digest()
    other = next(id for id in house.ids_of("unit") if id != row["department"])

    held, elsewhere, nowhere = (sent(house, row, {"department": id}) for id in (row["department"], other, NOBODY))

    assert held == elsewhere == nowhere
    assert held[0] == 422
    assert "reference_not_found" in str(held[1])
    assert beside.digest() == before


def test_an_unseen_record_stays_where_its_field_is_sent_back_empty(company: tuple[House, Beside]) -> None:
    house, _ = company
    row = placed(house)

    assert sent(house, row, {"department": None, "name": "other"})[0] == 200
    assert house.dump().rows["client"][row["id"]]["department"] == row["department"]


def test_a_form_knows_no_more_of_an_unseen_department_than_of_none(company: tuple[House, Beside]) -> None:
    house, _ = company

    def tried(id: str) -> dict[str, Any]:
        told: dict[str, Any] = house.api(
            "cid", "POST", f"{V1}/objects/client/preview", {"input": {"department": id}}
        ).get_json()
        told["values"].pop("id")
        return told

    # one of them is his own: what he may write of its clients is more than of others
    assert [tried(id) for id in house.ids_of("unit")] == [tried(NOBODY)] * len(house.ids_of("unit"))


def test_an_explanation_tells_no_value_that_its_reader_does_not_see(tmp_path_factory: pytest.TempPathFactory) -> None:
    house, beside = opened(tmp_path_factory, "references", 7)
    beside.close()

    def client(**values: Any) -> str:
        return house.engine.records.create(house.system, "client", {"name": "x", **values}).id

    # whom a grant lets see a client looks at what stands above it, which dan sees by no grant
    unseen = client(level="C", above=client(level="B"))
    own = client(owner=house.users["dan"].id, above=unseen)

    told = house.api("dan", "GET", f"{V1}/access/explain?object=client&record={own}")
    page = house.page("dan", f"/o/client/{own}/rights")

    assert told.status_code == page.status_code == 200
    assert house.api("dan", "GET", f"{V1}/records/client/{unseen}").status_code == 404
    looked = {path: value for grant in told.get_json()["grants"] for path, value in grant["values"].items()}
    assert looked == {"above": None, "above.level": None}
    assert unseen not in told.text + page.text
    assert "Above › Level: Not set" in page.text
    whole = house.api("boss", "GET", f"{V1}/access/explain?object=client&record={own}&user=dan").get_json()["grants"]
    assert {"above": unseen, "above.level": "C"} in [grant["values"] for grant in whole]
    house.close()


def test_a_view_by_a_hidden_field_is_as_if_it_were_not_there(tmp_path_factory: pytest.TempPathFactory) -> None:
    house, beside = opened(tmp_path_factory, "united_roles", 6)
    beside.close()

    seen, hidden, unknown = (
        house.api(login, "GET", f"{V1}/records/client?view={view}")
        for login, view in (("boss", "high"), ("fay", "high"), ("fay", "nosuch"))
    )

    assert seen.status_code == 200
    assert hidden.status_code == unknown.status_code == 400
    assert hidden.get_json()["code"] == unknown.get_json()["code"] == "unknown_view"
    assert "view=high" in house.page("boss", "/o/client").text
    assert "view=high" not in house.page("fay", "/o/client").text
    house.close()


def test_whoever_may_not_see_what_records_are_called_opens_their_pages(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    house, _ = opened(tmp_path_factory, "hidden_fields", 105)
    reader = next(login for login, user in house.users.items() if user.roles == {"c"} and user.active)
    seen = house.api(reader, "GET", f"{V1}/records/client?fields=id").get_json()["records"]

    asked = ["/o/client", "/search?q=ab", *(f"/o/client/{one['id']}" for one in seen)]

    assert {path: house.page(reader, path).status_code for path in asked} == dict.fromkeys(asked, 200)
    assert seen[0]["id"][-8:] in house.page(reader, "/o/client").text
