"""Import and export on pages: upload, mapping, trial, job, error file; records as a file."""

from __future__ import annotations

import io

from tests.ui.showroom import Showroom
from tests.ui.visitor import Page, Visitor

FILE = "Name,Price,Artist,Nonsense\nLotus,120.50,,x\nBamboo,many,,y\nPlum,7,,z\n"


def upload(visitor: Visitor, text: str, name: str = "works.csv", object: str = "work") -> Page:
    values = {"_csrf": visitor.token(), "object": object, "file": (io.BytesIO(text.encode()), name)}
    return visitor.post("/import", values)


def names(page: Page) -> list[str]:
    return page.texts("//tbody//td[contains(@class, 'name')]")


def test_a_file_is_mapped_by_name_tried_out_and_imported(showroom: Showroom, clerk: Visitor) -> None:
    address = upload(clerk, FILE).answer.headers["Location"]
    page = clerk.get(address)
    assert page.all("//select[@name='target.0']/option[@selected]/@value") == ["name"]
    assert page.all("//select[@name='target.3']/option[@selected]/@value") == [""]
    assert "Lotus" in page.text

    tried = clerk.submit(address, _do="try")
    assert "nothing was written yet" in tried.text
    assert any("many" in row or "Price" in row for row in tried.texts("//table[.//th='What is wrong']/tbody/tr"))
    assert names(clerk.get("/o/work")) == []

    started = clerk.submit(address, _do="start").answer.headers["Location"]
    showroom.engine.transfer.run(showroom.context("clerk"), started.rpartition("/")[2])
    page = clerk.get(started)
    assert "Done" in page.text
    assert page.texts("//dl//dd")[0] == "2"
    assert page.texts("//dl//dd")[3] == "1"
    assert names(clerk.get("/o/work")) == ["Lotus", "Plum"]
    (errors,) = page.all("//a[contains(@href, '/errors')]/@href")
    assert "Bamboo" in clerk.get(errors).html
    assert "works.csv" in clerk.get("/import").text


def test_a_column_can_be_given_another_meaning(showroom: Showroom, clerk: Visitor) -> None:
    address = upload(clerk, "Title\nMapped by hand\n").answer.headers["Location"]

    started = clerk.submit(address, **{"target.0": "name", "_do": "start"}).answer.headers["Location"]
    showroom.engine.transfer.run(showroom.context("clerk"), started.rpartition("/")[2])

    assert "Mapped by hand" in names(clerk.get("/o/work"))


def test_a_running_job_is_asked_for_again_and_a_finished_one_is_not(showroom: Showroom, clerk: Visitor) -> None:
    address = upload(clerk, "Name\nWaiting\n").answer.headers["Location"]
    started = clerk.submit(address, _do="start").answer.headers["Location"]

    part = clerk.get(started, HX_Request="true")
    assert part.all("//*[@id='job']/@hx-trigger") == ["every 1s"]
    showroom.engine.transfer.run(showroom.context("clerk"), started.rpartition("/")[2])

    assert not clerk.get(started, HX_Request="true").all("//*[@id='job']/@hx-trigger")


def test_what_is_no_table_is_refused_with_the_reason(clerk: Visitor) -> None:
    page = upload(clerk, "%PDF-1.7 no table", "plan.pdf")
    assert page.status == 422
    assert page.texts("//*[@role='alert']")[0]

    page = clerk.post("/import", {"_csrf": clerk.token(), "object": "work"})
    assert "Choose the file to import" in page.text


def test_a_file_is_its_owners_only(showroom: Showroom, clerk: Visitor) -> None:
    address = upload(clerk, FILE).answer.headers["Location"]

    assert showroom.visitor("boss").get(address).status == 404
    assert clerk.get("/import/to/work/..%2F..%2Fsecret").status == 404
    assert clerk.get("/import/to/work/00000000-0000-7000-8000-000000000000").status == 404


def test_import_and_export_are_for_those_who_may(showroom: Showroom) -> None:
    guest = showroom.visitor("guest")

    assert guest.get("/import").status == 404
    assert guest.get("/o/work/export").status == 403
    assert not guest.get("/o/work").all("//a[contains(@href, 'export') or contains(@href, 'import')]")


def test_a_list_leaves_as_a_file_with_its_filter_and_columns(showroom: Showroom, clerk: Visitor) -> None:
    showroom.make("work", name="=SUM(A1)", price="5", cost="2")

    answer = clerk.get("/o/work/export?as=csv&f=price:below:6").answer

    assert answer.headers["Content-Type"].startswith("text/csv")
    assert answer.headers["Content-Disposition"].startswith("attachment")
    lines = answer.get_data(as_text=True).lstrip("\ufeff").splitlines()
    assert lines[0].split(",")[0] == "Name"
    assert len(lines) == 2
    assert not lines[1].startswith("=")


def test_an_empty_file_with_the_right_columns_is_offered(clerk: Visitor) -> None:
    answer = clerk.get("/import/template?object=work").answer

    assert answer.status_code == 200
    assert answer.get_data()[:4] == b"PK\x03\x04"
