"""What an import promises: the same checks as a page, each row by itself, nothing twice, everything said."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from engine.kernel.errors import Missing, Refused, Rejected
from engine.transfer import ImportReport, mapping_of
from engine.transfer.files import open_table
from tests.support.branch import Branch
from tests.transfer.conftest import csv_file, mapping


def run(branch: Branch, path: Path, told: Any, **options: Any) -> ImportReport:
    return branch.transfer.import_file(branch.system, mapping_of(told), path, **options)


def test_columns_are_known_by_name_and_by_label_in_any_language(local: Branch, tmp_path: Path) -> None:
    path = csv_file(
        tmp_path / "c.csv", "客户名称 *,Level,unified_code,行业,电话,Notes", ["甲公司,A,,制造业,021-55550100,x"]
    )

    found = local.transfer.inspect(local.system, "customer", path)

    fields = {one.column: one.field for one in found.mapping.sheet.columns}
    assert fields == {
        "客户名称 *": "name",
        "Level": "level",
        "unified_code": "unified_code",
        "行业": "industry",
        "电话": "phone",
    }
    assert set(found.unknown) == {"Notes"}
    assert found.rows == 1
    assert found.sample == (("甲公司", "A", "", "制造业", "021-55550100", "x"),)


def test_dictionary_values_come_by_code_or_by_label(local: Branch, tmp_path: Path) -> None:
    rows = ["N1,A,制造业,江苏;,listed、国有企业", "N2,b key,machinery,Suzhou,Listed"]
    path = csv_file(tmp_path / "c.csv", "名称,级别,行业,地区,标签", rows)

    report = run(
        local,
        path,
        {"object": "customer", "columns": {"名称": "name", "级别": "level", "行业": "industry", "标签": "tags"}},
    )

    assert report.failed == 0, report.errors
    found = {row["name"]: row for row in local.rows("customer", "name", "level", "industry", "tags")}
    assert (found["N1"]["level"], found["N1"]["industry"]) == ("A", "manufacturing")
    assert list(found["N1"]["tags"]) == ["listed", "state_owned"]
    assert (found["N2"]["level"], found["N2"]["industry"]) == ("B", "machinery")


def test_references_come_by_any_unique_key(local: Branch, tmp_path: Path) -> None:
    companies(local)
    rows = ["D1,One,AA,", "D2,Two,Second company,D1"]
    path = csv_file(tmp_path / "d.csv", "code,name,company,parent", rows)

    report = run(
        local,
        path,
        {
            "object": "department",
            "key": ["code"],
            "columns": {"code": "code", "name": "name", "company": "company", "parent": "parent"},
        },
    )

    assert report.failed == 0, report.errors
    found = {row["code"]: row for row in local.rows("department", "code", "company", "parent")}
    assert found["D1"]["company"].title == "First company"
    assert found["D2"]["company"].title == "Second company"
    assert found["D2"]["parent"].title == "One"


def test_a_record_may_refer_to_one_further_down(branch: Branch, tmp_path: Path) -> None:
    companies(branch)
    rows = [f"D{n},Name {n},AA,{f'D{n + 1}' if n < 450 else ''}" for n in range(1, 451)]
    path = csv_file(tmp_path / "d.csv", "code,name,company,parent", rows)
    told = {"object": "department", "key": ["code"], "columns": {n: n for n in ("code", "name", "company", "parent")}}

    report = run(branch, path, told)
    again = run(branch, path, told)

    assert (report.created, report.failed) == (450, 0), report.errors
    assert branch.count("department", "parent = null") == 1
    assert (again.created, again.updated, again.unchanged) == (0, 0, 450)


def test_every_bad_row_is_reported_with_row_column_code_and_words(branch: Branch, tmp_path: Path) -> None:
    bad = {
        3: ("", "A", "1", "required", "name"),
        4: ("No such level", "Z", "1", "unknown_item", "level"),
        6: ("Text for a number", "A", "much", "not_number", "limit"),
        7: ("Negative", "A", "-1", "out_of_range", "limit"),
        8: ("L" * 121, "A", "1", "too_long", "name"),
    }
    rows = ["Good one,A,100", *[",".join(bad[n][:3]) if n in bad else f"Good {n},B,5" for n in range(3, 10)]]
    path = csv_file(tmp_path / "c.csv", "name,level,limit", rows)
    errors = tmp_path / "errors.csv"

    report = run(
        branch,
        path,
        {"object": "customer", "columns": {"name": "name", "level": "level", "limit": "credit_limit"}},
        errors=errors,
    )

    assert (report.rows, report.created, report.failed) == (8, 3, 5)
    assert {(one.row, one.code, one.column) for one in report.errors} == {(n, b[3], b[4]) for n, b in bad.items()}
    table = open_table(errors)
    assert table.header == ("#row", "#column", "#code", "#message", "name", "level", "limit")
    written = [row.cells for row in table.rows()]
    assert [cells[0] for cells in written] == [str(n) for n in bad]
    assert all(cells[3] for cells in written)
    assert written[1][4:] == ("No such level", "Z", "1")


def test_a_mended_error_file_is_imported_as_it_is(local: Branch, tmp_path: Path) -> None:
    path = csv_file(tmp_path / "c.csv", "name,level", ["Fine,A", "=cmd|' /C calc'!A0,Z"])
    errors = tmp_path / "errors.csv"
    told = {"object": "customer", "columns": {"name": "name", "level": "level"}}
    run(local, path, told, errors=errors)
    mended = errors.read_text(encoding="utf-8-sig").replace(",Z", ",B")
    errors.write_text(mended, encoding="utf-8-sig")

    found = local.transfer.inspect(local.system, "customer", errors)
    report = local.transfer.import_file(local.system, found.mapping, errors)

    assert (report.created, report.failed) == (1, 0), report.errors
    assert {row["name"] for row in local.rows("customer", "name")} == {"Fine", "=cmd|' /C calc'!A0"}


def test_a_second_run_changes_nothing_and_a_changed_row_only_itself(branch: Branch, tmp_path: Path) -> None:
    told = {"object": "position", "key": ["code"], "columns": {"code": "code", "name": "name", "grade": "grade"}}
    path = csv_file(tmp_path / "p.csv", "code,name,grade", ["A,Seller,初级", "B,Buyer,senior"])
    run(branch, path, told)

    again = run(branch, path, told)
    changed = run(branch, csv_file(path, "code,name,grade", ["A,Seller,middle", "B,Buyer,senior", "C,New,"]), told)

    assert (again.created, again.updated, again.unchanged) == (0, 0, 2)
    assert (changed.created, changed.updated, changed.unchanged) == (1, 1, 1)


def test_a_key_that_is_empty_or_occurs_twice_is_reported(local: Branch, tmp_path: Path) -> None:
    told = {"object": "position", "key": ["code"], "columns": {"code": "code", "name": "name"}}
    path = csv_file(tmp_path / "p.csv", "code,name", ["A,One", ",Two", "B,Three", "A,Four", "C,Five,extra"])

    report = run(local, path, told)

    assert [(one.row, one.code) for one in report.errors] == [
        (3, "key_missing"),
        (5, "key_twice"),
        (6, "too_many_cells"),
    ]
    assert report.created == 2


def test_lines_stand_in_the_rows_of_their_record_or_in_a_file_of_their_own(branch: Branch, tmp_path: Path) -> None:
    products(branch)
    header = "code,name,valid_from,lines.product,lines.price,lines.min_quantity"
    flat = csv_file(
        tmp_path / "flat.csv",
        header,
        ["P1,First,2026-01-01,N-1,10,1", ",,,N-2,20.5,1", "P2,Second,2026-01-01,N-1,11,5", "P3,None,2026-01-01,,,"],
    )
    found = branch.transfer.inspect(branch.system, "price_list", flat)
    report = branch.transfer.import_file(branch.system, found.mapping, flat)
    assert (report.rows, report.created, report.failed) == (3, 3, 0), report.errors

    csv_file(tmp_path / "lines.csv", "list,item,price", ["P4,N-1,1", "P5,N-2,2", "P4,N-2,3", "P9,N-1,4"])
    heads = csv_file(tmp_path / "heads.csv", "code,name", ["P4,Fourth", "P5,Fifth"])
    told = {
        "object": "price_list",
        "key": ["code"],
        "columns": {"code": "code", "name": "name"},
        "lines": {"lines": {"file": "lines.csv", "parent": "list", "columns": {"item": "product", "price": "price"}}},
    }
    separate = run(branch, heads, told)
    again = run(branch, heads, told)

    assert separate.created == 2
    assert [(one.file, one.row, one.column, one.code) for one in separate.errors] == [
        ("lines.csv", 5, "list", "no_parent_row")
    ]
    assert again.unchanged == 2
    lines = branch.rows("price_list_line", "price_list", "product_name", "price")
    assert sorted((row["price_list"].title, row["product_name"], str(row["price"])) for row in lines) == [
        ("Fifth", "Two", "2.0000"),
        ("First", "One", "10.0000"),
        ("First", "Two", "20.5000"),
        ("Fourth", "One", "1.0000"),
        ("Fourth", "Two", "3.0000"),
        ("Second", "One", "11.0000"),
    ]


def test_a_bad_line_keeps_its_record_out_and_is_named(local: Branch, tmp_path: Path) -> None:
    products(local)
    csv_file(tmp_path / "lines.csv", "list,item,price", ["P1,N-1,1", "P2,N-1,1", "P2,N-9,2", "P2,N-2,much"])
    heads = csv_file(tmp_path / "heads.csv", "code,name", ["P1,First", "P2,Second"])
    told = {
        "object": "price_list",
        "key": ["code"],
        "columns": {"code": "code", "name": "name"},
        "lines": {"lines": {"file": "lines.csv", "parent": "list", "columns": {"item": "product", "price": "price"}}},
    }

    report = run(local, heads, told)

    assert (report.created, report.failed) == (1, 1)
    assert {(one.file, one.row, one.column, one.code) for one in report.errors} == {
        ("lines.csv", 4, "item", "reference_not_found"),
        ("lines.csv", 5, "price", "not_number"),
    }


def test_a_dry_run_says_the_same_and_leaves_nothing(branch: Branch, tmp_path: Path) -> None:
    path = csv_file(tmp_path / "c.csv", "name,level", ["Fine,A", "Bad,Z", ",B"])
    told = mapping_of({"object": "customer", "columns": {"name": "name", "level": "level"}})

    tried = branch.transfer.dry_run(branch.system, told, path)
    assert branch.count("customer") == 0
    done = branch.transfer.import_file(branch.system, told, path)

    assert (tried.created, tried.failed) == (done.created, done.failed) == (1, 2)
    assert [one.as_json() for one in tried.errors] == [one.as_json() for one in done.errors]
    assert [row["number"] for row in branch.rows("customer", "number")] == ["C00001"]


def test_all_or_nothing_leaves_nothing_when_one_row_is_bad(branch: Branch, tmp_path: Path) -> None:
    rows = [f"Customer {n},A" for n in range(700)]
    path = csv_file(tmp_path / "c.csv", "name,level", [*rows, "Bad,Z"])
    told = {"object": "customer", "columns": {"name": "name", "level": "level"}}

    failed = run(branch, path, told, atomic=True)
    assert (failed.failed, branch.count("customer")) == (1, 0)
    whole = run(branch, csv_file(path, "name,level", rows), told, atomic=True)

    assert (whole.created, branch.count("customer")) == (700, 700)


def test_an_import_needs_the_right_and_keeps_to_it(local: Branch, tmp_path: Path) -> None:
    companies(local)
    local.records.create(local.system, "department", {"code": "S", "name": "Sales", "company": {"code": "AA"}})
    finance = local.add_person("fay", "finance", department="S")
    seller = local.add_person("sam", "salesperson", department="S")
    path = csv_file(tmp_path / "c.csv", "name,limit,owner", ["Mine,5,", "Lent,,fay"])
    told = mapping_of({"object": "customer", "columns": {"name": "name", "limit": "credit_limit"}})

    with pytest.raises(Refused):
        local.transfer.import_file(finance, told, path)
    with pytest.raises((Missing, Refused)):
        local.transfer.import_file(seller, mapping("company", name="name"), path)
    report = local.transfer.import_file(seller, told, path)

    assert {(one.row, one.code) for one in report.errors} >= {(2, "field_not_writable")}
    mine = local.transfer.import_file(seller, mapping("customer", name="name"), path)
    assert mine.created == 2
    assert {row["owner"].title for row in local.rows("customer", "owner", where='name = "Mine"')} == {"Sam"}


def test_only_an_administrator_brings_records_that_have_come_further(local: Branch, tmp_path: Path) -> None:
    companies(local)
    local.records.create(local.system, "department", {"code": "S", "name": "Sales", "company": {"code": "AA"}})
    seller = local.add_person("sam", "salesperson", department="S")
    path = csv_file(tmp_path / "c.csv", "name,status", ["One,active", "Two,prospect", "Three,"])
    told = mapping("customer", name="name", status="status")

    denied = local.transfer.import_file(seller, told, path)
    allowed = local.transfer.import_file(local.system, told, path)

    assert [(one.row, one.code) for one in denied.errors] == [(2, "use_transition")]
    assert (allowed.created, allowed.failed) == (3, 0)
    assert local.count("customer", 'status = "active"') == 1


def test_a_mapping_that_does_not_fit_is_refused_whole_and_at_once(local: Branch, tmp_path: Path) -> None:
    path = csv_file(tmp_path / "c.csv", "name,level,extra", ["a,b,c"])
    told = {
        "object": "customer",
        "key": ["level"],
        "columns": {
            "name": "nam",
            "nowhere": "level",
            "extra": {"field": "owner", "by": "shoe"},
            "level": {"field": "level", "as": "value +"},
        },
        "constants": {"order_total": 5},
        "lines": {"order": {"file": "x.csv", "parent": "y", "columns": {}}},
    }

    with pytest.raises(Rejected) as caught:
        run(local, path, told)

    codes = {complaint.path: complaint.code for complaint in caught.value.complaints}
    assert codes == {
        "columns.name": "unknown_field",
        "columns.nowhere": "unknown_column",
        "columns.extra": "not_unique_key",
        "columns.level": "bad_formula",
        "constants.order_total": "field_not_writable",
        "lines.order": "unknown_field",
        "key": "not_unique_key",
    }
    shapes: list[Any] = [None, [], {"object": 5}, {"columns": {}}, {"object": "customer", "colums": {}}]
    for broken in shapes:
        with pytest.raises(Rejected):
            run(local, path, broken)


def test_formulas_and_lookups_make_values(local: Branch, tmp_path: Path) -> None:
    csv_file(tmp_path / "levels.csv", "id,name", ["1,A", "2,B"])
    path = csv_file(tmp_path / "c.csv", "first,last,grade,limit", ["Ann,Lee,1,100", "Bob,Ray,3,5", "Cy,Fox,2,x"])
    told = {
        "object": "customer",
        "columns": {
            "grade": {"field": "level", "lookup": {"file": "levels.csv", "key": "id", "take": "name"}},
            "limit": {"field": "credit_limit", "as": "number(value) * 2"},
        },
        "constants": {"name": '=row.first + " " + row.last', "currency": "USD"},
    }

    report = run(local, path, told)

    assert [(one.row, one.column, one.code) for one in report.errors] == [
        (3, "grade", "lookup_missing"),
        (4, "limit", "no_value"),
    ]
    (row,) = local.rows("customer", "name", "level", "credit_limit", "currency")
    assert (row["name"], row["level"], str(row["credit_limit"]), row["currency"]) == ("Ann Lee", "A", "200.00", "USD")


def companies(branch: Branch) -> None:
    for code, name in (("AA", "First company"), ("BB", "Second company")):
        branch.records.create(branch.system, "company", {"code": code, "name": name})


def products(branch: Branch) -> None:
    branch.records.create(branch.system, "product_category", {"code": "C", "name": "All"})
    for number, name in (("N-1", "One"), ("N-2", "Two")):
        given = {"number": number, "name": name, "category": {"code": "C"}}
        branch.records.create(branch.system, "product", given)
