"""PL-1: a tenant extends the standard customer, the standard pack moves on, and nothing of the tenant's is lost."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.kernel.clock import FrozenClock
from engine.kernel.errors import Malformed, Rejected
from engine.metamodel import TenantModel
from engine.records import Listing
from engine.transfer.files import open_table
from tests.support.branch import PACK, TENANT, Branch, open_branch

OVERLAY = """
dictionary: hospital_grade
title: {zh: 医院等级, en: Hospital grade}
open: true
items:
  three_a: {title: {zh: 三级甲等, en: Grade III A}, tone: violet}
  three_b: {zh: 三级乙等, en: Grade III B}
  two_a: {zh: 二级甲等, en: Grade II A}
---
change: object customer
set:
  fields: {name: {title: {zh: 医院, en: Hospital}}}
insert:
  fields:
    hospital_grade: {type: choice, of: hospital_grade, title: {zh: 医院等级, en: Hospital grade}, after: level}
    beds: {type: integer, title: {zh: 床位数, en: Beds}, range: '>= 0'}
    drug_budget: {type: money, title: {zh: 药品预算, en: Drug budget}}
    director: {type: reference, to: contact, title: {zh: 科主任, en: Head of department}, on_delete: clear}
    specialities: {type: choices, of: customer_tag, title: {zh: 专科, en: Specialities}}
    budget_per_bed:
      type: money
      title: {zh: 每床预算, en: Budget per bed}
      as: 'if beds > 0 then round half up(drug_budget / beds, 2) else null'
  checks:
    graded_hospitals_have_beds:
      that: hospital_grade = null or (beds != null and beds > 0)
      field: beds
      say: {zh: 有等级的医院须填写床位数, en: A graded hospital needs its number of beds}
remove:
  fields: [fax]
---
change: form customer
set:
  tabs: {main: {sections: {reach: {fields: [phone, email, website, country, region, next_contact, address]}}}}
insert:
  tabs:
    hospital:
      title: {zh: 医院, en: Hospital}
      sections:
        beds:
          title: {zh: 规模, en: Size}
          fields: [hospital_grade, beds, {field: drug_budget, visible: level = "A"}, budget_per_bed, director]
      after: main
"""


@pytest.fixture
def branch(tmp_path: Path, database_url: str, clock: FrozenClock) -> Iterator[Branch]:
    opened = open_branch(tmp_path / "home", database_url, clock)
    yield opened
    opened.shelf.close()


def test_an_overlay_reaches_table_list_form_import_and_model(branch: Branch, tmp_path: Path) -> None:
    old = branch.records.create(branch.system, "customer", {"name": "临江市中心医院", "level": "A"})

    branch.tenancy.set_overlay(TENANT, OVERLAY)

    model = branch.records.model(branch.system)
    assert list(model.objects["customer"].fields).index("hospital_grade") == (
        list(model.objects["customer"].fields).index("level") + 1
    )
    assert "hospital" in {tab.name for tab in model.forms["customer"].tabs}
    given = {"hospital_grade": "three_a", "beds": 1200, "drug_budget": "36000000", "specialities": ["reference"]}
    branch.records.update(branch.system, "customer", old.id, old.version, given)
    kept = dict(branch.records.get(branch.system, "customer", old.id).values)
    assert (kept["name"], kept["level"], str(kept["budget_per_bed"])) == ("临江市中心医院", "A", "30000.00")
    found = branch.records.list(branch.system, Listing("customer", 'hospital_grade = "three_a" and beds > 1000'))
    assert len(found.records) == 1
    template = tmp_path / "template.xlsx"
    template.write_bytes(branch.transfer.template(branch.system, "customer"))
    header = open_table(template).header
    assert {"Hospital *", "Hospital grade", "Beds", "Drug budget"} <= set(header)
    assert "Fax" not in header
    path = tmp_path / "more.csv"
    path.write_text(
        "医院,医院等级,床位数\n第二医院,二级甲等,300\n第三医院,三级乙等,\n第四医院,四级,10\n", encoding="utf-8"
    )
    report = branch.transfer.import_file(
        branch.system, branch.transfer.inspect(branch.system, "customer", path).mapping, path
    )
    assert report.created == 1
    assert [(one.row, one.column, one.code) for one in report.errors] == [
        (3, "床位数", "check_failed"),
        (4, "医院等级", "unknown_item"),
    ]


def test_an_upgrade_of_the_pack_keeps_everything_of_the_tenant(branch: Branch, tmp_path: Path) -> None:
    branch.tenancy.set_overlay(TENANT, OVERLAY)
    given = {
        "name": "省立医院",
        "hospital_grade": "three_a",
        "beds": 900,
        "drug_budget": 9000000,
        "phone": "021-55550100",
    }
    made = branch.records.create(branch.system, "customer", given)

    branch.tenancy.install(TENANT, [newer_pack(tmp_path)])

    model = branch.records.model(branch.system)
    assert_kept(model)
    # what the new version brings and changes
    customer = model.objects["customer"]
    assert customer.fields["tax_office"].title.in_language("zh") == "主管税务机关"
    assert customer.fields["short_name"].length == 60
    assert customer.fields["phone"].title.in_language("en") == "Switchboard"
    assert "has_short_name" in customer.checks
    kept = dict(branch.records.get(branch.system, "customer", made.id).values)
    assert (kept["name"], kept["beds"], str(kept["budget_per_bed"])) == ("省立医院", 900, "10000.00")
    with pytest.raises(Rejected, match="number of beds"):
        branch.records.create(branch.system, "customer", {"name": "X", "short_name": "x", "hospital_grade": "two_a"})
    exported = branch.tenancy.export_overlay(TENANT)
    assert "hospital_grade" in exported


def test_another_tenant_sees_nothing_of_it(branch: Branch, tmp_path: Path) -> None:
    branch.tenancy.set_overlay(TENANT, OVERLAY)
    branch.tenancy.create("other", url=f"sqlite:///{tmp_path / 'other.db'}")
    branch.tenancy.install("other", [PACK])
    from dataclasses import replace

    elsewhere = replace(branch.system, tenant="other")
    model = branch.records.model(elsewhere)

    assert "hospital_grade" not in model.dictionaries
    assert "beds" not in model.objects["customer"].fields
    assert "fax" in model.objects["customer"].fields
    with pytest.raises((Malformed, Rejected)):
        branch.records.list(elsewhere, Listing("customer", "beds > 5"))


def assert_kept(model: TenantModel) -> None:
    customer = model.objects["customer"]
    assert customer.fields["name"].title.in_language("zh") == "医院"
    assert {"hospital_grade", "beds", "drug_budget", "director", "specialities", "budget_per_bed"} <= set(
        customer.fields
    )
    assert "fax" not in customer.fields
    assert "graded_hospitals_have_beds" in customer.checks
    assert set(model.dictionaries["hospital_grade"].items) == {"three_a", "three_b", "two_a"}
    assert "hospital" in {tab.name for tab in model.forms["customer"].tabs}


def newer_pack(folder: Path) -> Path:
    """Return the standard pack one version on: it changes and extends the same object."""
    pack = folder / "crm_standard"
    shutil.copytree(PACK, pack)
    edit(pack / "pack.yaml", r"version: [0-9.]+", "version: 99.0.0")
    path = pack / "customer" / "customer.yaml"
    edit(path, r"(short_name: .*?length: )40", r"\g<1>60")
    edit(path, r"(  phone: +\{type: phone, title: \{zh: 电话, en: )Phone", r"\g<1>Switchboard")
    edit(
        path,
        r"\n  remark:",
        "\n  tax_office: {type: text, title: {zh: 主管税务机关, en: Tax office}, length: 80}\n  remark:",
    )
    check = "checks:\n  has_short_name: {that: 'string length(name) > 0', say: {zh: 请填写名称, en: Give the name}}\n"
    edit(path, r"checks:\n", check)
    return pack


def edit(path: Path, pattern: str, text: str) -> None:
    before = path.read_text(encoding="utf-8")
    after, count = re.subn(pattern, text, before, count=1)
    assert count == 1, pattern
    path.write_text(after, encoding="utf-8")
