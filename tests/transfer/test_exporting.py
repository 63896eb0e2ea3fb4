"""What leaves as a file: only what may leave, harmless in a spreadsheet, and readable again."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.kernel.errors import Missing, Refused
from engine.records import Listing
from engine.transfer import Export
from engine.transfer.files import open_table
from tests.support.branch import Branch
from tests.transfer.test_reading_files import PAYLOADS


@pytest.fixture
def sellers(branch: Branch) -> Branch:
    branch.records.create(branch.system, "company", {"code": "AA", "name": "Company"})
    for code in ("S", "T"):
        given = {"code": code, "name": f"Sales {code}", "company": {"code": "AA"}}
        branch.records.create(branch.system, "department", given)
    return branch


def test_an_export_holds_labels_for_people_and_comes_back_by_codes(branch: Branch, tmp_path: Path) -> None:
    given = {
        "name": "江苏恒康",
        "level": "A",
        "industry": "machinery",
        "tags": ["listed", "reference"],
        "credit_limit": "1234567.80",
        "founded_on": "2010-03-04",
        "address": {"city": "苏州", "street": "康元路 66 号"},
    }
    parent = branch.records.create(branch.system, "customer", {"name": "总部"})
    branch.records.create(branch.system, "customer", {**given, "parent": {"id": parent.id}})
    fields = ("number", *given, "parent", "status", "created_at")
    listing = Listing("customer", 'name = "江苏恒康"', fields=fields)

    for format in ("csv", "xlsx"):
        shown = rows_of(branch.transfer.export(branch.system, listing, format), tmp_path)

        (row,) = shown
        assert row["Level"] == "A strategic"
        assert row["Tags"] == "Listed; Reference customer"
        assert row["Address"] == "苏州, 康元路 66 号"
        assert row["Parent customer"] == "总部"
        assert str(row["Credit limit"]).startswith("1234567.8")

    export = branch.transfer.export(branch.system, listing, "csv", "codes")
    path = saved(export, tmp_path)
    (row,) = rows_at(path)
    assert (row["level"], row["tags"], row["parent"]) == ("A", "listed; reference", "C00001")
    found = branch.transfer.inspect(branch.system, "customer", path)
    assert set(found.unknown) == {"created_at"}
    again = branch.transfer.import_file(branch.system, found.mapping, path)
    assert (again.created, again.updated, again.unchanged, again.failed) == (0, 0, 1, 0), again.errors


def test_dangerous_texts_come_back_as_they_were(branch: Branch, tmp_path: Path) -> None:
    texts = [text for text in PAYLOADS if "\0" not in text and text.strip() == text and text.isprintable()]
    for text in texts:
        branch.records.create(branch.system, "customer", {"name": text})

    for format in ("csv", "xlsx"):
        listing = Listing("customer", fields=("name",))
        rows = rows_of(branch.transfer.export(branch.system, listing, format), tmp_path)

        assert sorted(str(row["Customer name"]) for row in rows) == sorted(texts), format


def test_only_rows_and_fields_that_may_leave_do(sellers: Branch, tmp_path: Path) -> None:
    branch = sellers
    sam = branch.add_person("sam", "salesperson", department="S")
    ann = branch.add_person("ann", "salesperson", department="S")
    category = branch.records.create(branch.system, "product_category", {"code": "C", "name": "All"})
    branch.records.create(branch.system, "product", {"name": "P", "category": category.id, "cost": 5, "list_price": 9})
    for who in (sam, ann):
        branch.records.create(who, "customer", {"name": f"Of {who.actor.login}", "bank_account": "6222 0001"})

    # the salesperson sees the department's customers, but takes only his own away
    assert len(branch.records.list(sam, Listing("customer")).records) == 2
    rows = rows_of(branch.transfer.export(sam, Listing("customer", fields=("name", "bank_account"))), tmp_path)

    assert [row["Customer name"] for row in rows] == ["Of sam"]
    with pytest.raises((Refused, Missing)):
        branch.transfer.export(sam, Listing("product"))
    director = branch.add_person("dan", "director", department="S")
    assistant = branch.add_person("ida", "sales_assistant", department="S")
    assert "Cost" in rows_of(branch.transfer.export(director, Listing("product")), tmp_path)[0]
    with pytest.raises((Refused, Missing)):
        branch.transfer.export(assistant, Listing("product"))


def test_an_export_walks_through_all_pages(branch: Branch, tmp_path: Path) -> None:
    with branch.records.unit(branch.system):
        for number in range(450):
            branch.records.create(branch.system, "position", {"code": f"P{number}", "name": f"Position {number}"})

    rows = rows_of(branch.transfer.export(branch.system, Listing("position", "active = true"), "csv"), tmp_path)

    assert len({row["Position code"] for row in rows}) == 450


def test_a_template_can_be_filled_in_and_imported(local: Branch, tmp_path: Path) -> None:
    path = tmp_path / "template.xlsx"
    path.write_bytes(local.transfer.template(local.system, "customer"))

    header = open_table(path).header

    assert "Customer name *" in header
    assert not {"Ordered in all", "Version", "Created"} & set(header)
    found = local.transfer.inspect(local.system, "customer", path)
    assert not found.unknown
    assert "name" in {one.field for one in found.mapping.sheet.columns}


def rows_of(export: Export, folder: Path) -> list[dict[str, object]]:
    return rows_at(saved(export, folder))


def saved(export: Export, folder: Path) -> Path:
    path = folder / export.name
    path.write_bytes(b"".join(export.blocks))
    return path


def rows_at(path: Path) -> list[dict[str, object]]:
    table = open_table(path)
    return [dict(zip(table.header, row.cells, strict=True)) for row in table.rows()]
