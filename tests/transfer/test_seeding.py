"""Folders of rows: in one go or not at all, in the right order, and careful with what a tenant has made its own."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from engine.kernel.errors import Malformed, Rejected
from engine.transfer import load_rows, users_of
from tests.support.branch import Branch
from tests.transfer.conftest import csv_file


def test_files_are_loaded_behind_those_they_refer_to(local: Branch, tmp_path: Path) -> None:
    csv_file(tmp_path / "product.csv", "#,name,category", ["pump,Pump,C", "valve,Valve,C"])
    csv_file(tmp_path / "product_category.csv", "code,name,parent", ["C,Child,P", "P,Parent,"])
    csv_file(tmp_path / "price_list.csv", "code,name,valid_from", ["L,List,@-30d", "M,Other,@-1y+31d"])
    csv_file(tmp_path / "price_list_line.csv", "price_list,product,price", ["L,pump,1", "M,valve,2", "L,valve,3"])

    counts = load_rows(local.records, local.system, tmp_path)

    assert counts == {"product.csv": 2, "product_category.csv": 2, "price_list.csv": 2}
    dates = {row["code"]: row["valid_from"].isoformat() for row in local.rows("price_list", "code", "valid_from")}
    assert dates == {"L": "2026-10-24", "M": "2025-12-24"}
    lines = local.rows("price_list_line", "price_list", "product_name")
    assert sorted((row["price_list"].title, row["product_name"]) for row in lines) == [
        ("List", "Pump"),
        ("List", "Valve"),
        ("Other", "Valve"),
    ]


def test_records_come_with_a_past_that_only_rules_write_otherwise(branch: Branch, tmp_path: Path) -> None:
    csv_file(tmp_path / "customer.csv", "#,name,status", ["C,Mill,active"])
    csv_file(tmp_path / "sales_method.csv", "code,name,standard", ["STD,Standard,true"])
    csv_file(tmp_path / "sales_stage.csv", "code,method,name,order", ["A,STD,First,1", "B,STD,Second,2"])
    deals = tmp_path / "opportunity.csv"
    csv_file(deals, "#,name,customer,method,stage,stage_since,close_date", ["1,Deal,C,STD,B,@-9d,@30d"])
    csv_file(
        tmp_path / "opportunity_stage_line.csv",
        "opportunity,stage,entered_on,left_on",
        ["1,A,@-40d,@-9d", "1,B,@-9d,"],
    )

    load_rows(branch.records, branch.system, tmp_path)

    (deal,) = branch.rows("opportunity", "id", "version", "stage_since")
    today = branch.system.today()
    assert deal["stage_since"] == today - timedelta(days=9)
    passed = branch.rows("opportunity_stage_line", "stage", "days", sort=("entered_on",))
    assert [(row["stage"].title, row["days"]) for row in passed] == [("First", 31), ("Second", None)]
    boss = branch.add_person("ann", administrator=True)
    for ctx, change in ((branch.system, {"stage_since": "2020-01-01"}), (boss, {"stages": []})):
        with pytest.raises(Rejected) as caught:
            branch.records.update(ctx, "opportunity", deal["id"], deal["version"], change)
        assert [complaint.code for complaint in caught.value.complaints] == ["field_not_writable"]


def test_one_bad_row_keeps_everything_out_and_is_named(branch: Branch, tmp_path: Path) -> None:
    csv_file(tmp_path / "company.csv", "code,name", ["AA,Fine"])
    csv_file(tmp_path / "position.csv", "code,name,grade", ["A,Good,junior", "B,Bad,emperor", "C,,junior"])

    with pytest.raises(Rejected) as caught:
        load_rows(branch.records, branch.system, tmp_path)

    assert [complaint.path for complaint in caught.value.complaints] == ["position.csv:3.grade", "position.csv:4.name"]
    assert (branch.count("company"), branch.count("position")) == (0, 0)


def test_seeds_leave_alone_what_the_tenant_has_changed(branch: Branch, tmp_path: Path) -> None:
    path = tmp_path / "position.csv"
    csv_file(path, "code,name", ["A,Seller", "B,Buyer"])
    load_rows(branch.records, branch.system, tmp_path, keep=True)
    (own,) = branch.rows("position", "id", "version", where='code = "A"')
    branch.records.update(branch.system, "position", own["id"], own["version"], {"name": "Our seller"})
    csv_file(path, "code,name", ["A,Seller", "B,Buyer", "C,New"])

    counts = load_rows(branch.records, branch.system, tmp_path, keep=True)

    assert counts == {"position.csv": 1}
    assert [row["name"] for row in branch.rows("position", "name", sort=("code",))] == ["Our seller", "Buyer", "New"]


def test_a_circle_of_files_and_foreign_files_are_refused(local: Branch, tmp_path: Path) -> None:
    csv_file(tmp_path / "department.csv", "code,name,head", ["D,Dep,E"])
    csv_file(tmp_path / "employee.csv", "number,name,department", ["E,Emp,D"])

    with pytest.raises(Malformed) as caught:
        load_rows(local.records, local.system, tmp_path)
    assert caught.value.code == "files_in_a_circle"
    (tmp_path / "employee.csv").rename(tmp_path / "nobody.csv")
    with pytest.raises(Malformed, match="nobody"):
        load_rows(local.records, local.system, tmp_path)
    (tmp_path / "nobody.csv").unlink()
    csv_file(tmp_path / "department.csv", "code,nonsense", ["D,x"])
    with pytest.raises(Rejected):
        load_rows(local.records, local.system, tmp_path)


def test_accounts_are_read_for_the_caller_to_make(tmp_path: Path) -> None:
    csv_file(tmp_path / "users.csv", "login,name,roles,administrator", ["ann,Ann,seller;buyer,false", "bob,Bob,,true"])

    ann, bob = users_of(tmp_path)

    assert (ann.login, ann.roles, ann.administrator) == ("ann", ("seller", "buyer"), False)
    assert (bob.roles, bob.administrator) == ((), True)
    assert list(users_of(tmp_path / "nowhere")) == []
