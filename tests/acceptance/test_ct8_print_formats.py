"""CT-8 打印格式自定义: contracts and orders on paper, in formats that are chosen by rule."""

from __future__ import annotations

import contextlib
import re
import struct
import zlib
from importlib.util import find_spec
from typing import Any

import pytest

from tests.support.office import Office, Staff

needs_pdf = pytest.mark.skipif(find_spec("plutoprint") is None, reason="the extra named print is not installed")
# how pages are set does not depend on the database
on_paper = pytest.mark.parametrize("office", ["sqlite"], indirect=True)
BARCODE, SEAL = "tessera-bars", "data:image/png"


def order_of(office: Office, by: Staff, lines: int = 2, **more: Any) -> dict[str, Any]:
    customer = by.make("customer", name=f"上海测试 {by.login} {len(by.find('customer'))}", currency="CNY")
    price = {"price": "12345.678", "price_source": "manual"}  # given by hand, or the policies set it
    one = {"product": office.ids["drill"], "quantity": "2.5", "tax_rate": "13", **price}
    given = {"company": office.ids["company"], "customer": customer["id"], "delivery_date": "2026-12-20", **more}
    return by.make("sales_order", lines=[one] * lines, **given)


def formats(by: Staff, order: dict[str, Any]) -> list[str]:
    answer = by.send("GET", f"/records/sales_order/{order['id']}/print")
    assert answer.status_code == 200, answer.json
    return [one["name"] for one in answer.json["formats"]]


def picture() -> bytes:
    """Return the smallest red PNG."""

    def part(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = part(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + part(b"IDAT", zlib.compress(b"\0\xff\0\0")) + part(b"IEND", b"")


def told(pdf: bytes) -> tuple[set[str], int]:
    """Return the letters that can be selected in a document, and how many pages it has."""
    parts = [pdf]
    for found in re.finditer(rb"stream\r?\n(.*?)\r?\nendstream", pdf, re.S):
        with contextlib.suppress(zlib.error):
            parts.append(zlib.decompress(found[1]))
    letters = {chr(int(code, 16)) for part in parts for code in re.findall(rb"<[0-9a-f]{4}> <([0-9a-f]{4})>", part)}
    return letters, max(int(count) for part in parts for count in re.findall(rb"/Count (\d+)", part))


def html(office: Office, by: Staff, order: dict[str, Any], name: str, language: str = "zh") -> str:
    """Return what is set, with the permissions of somebody; the page of it is judged elsewhere."""
    context = office.context(by.login)
    return office.engine.printing.html(context, "sales_order", order["id"], name, language)


def test_ct8_formats_are_offered_by_rule_and_to_those_who_may_print(office: Office) -> None:
    order = order_of(office, office["amy"])

    assert formats(office["amy"], order) == ["sales_order_contract"]
    assert formats(office["bob"], order) == []  # reads the orders of the department, prints only what is his
    office["amy"].done("sales_order", order["id"], "submit")
    assert formats(office["ivy"], order) == ["sales_order_contract", "sales_order_delivery_note"]
    refused = office["bob"].send("GET", f"/records/sales_order/{order['id']}/print/sales_order_contract")
    unseen = office["zoe"].send("GET", f"/records/sales_order/{order['id']}/print/sales_order_contract")
    unknown = office["amy"].send("GET", f"/records/sales_order/{order['id']}/print/nothing")
    assert [(one.status_code, one.json["code"]) for one in (refused, unseen, unknown)] == [
        (403, "not_allowed"),
        (404, "not_found"),
        (404, "no_such_print"),
    ]


def test_ct8_the_text_speaks_the_language_and_tells_the_amount_in_capital_figures(office: Office) -> None:
    order = order_of(office, office["amy"], remark="<b>急</b> & 快")

    chinese, english = (html(office, office["amy"], order, "sales_order_contract", one) for one in ("zh", "en"))

    # 2 × round(2.5 × 12345.678) = 61728.40
    assert "人民币陆万壹仟柒佰贰拾捌元肆角整" in chinese
    assert "61,728.40" in english
    assert "23 November 2026" in english
    assert "2026年11月23日" in chinese
    assert "&lt;b&gt;急&lt;/b&gt; &amp; 快" in chinese
    assert "counter(page)" in chinese
    assert chinese.count("电钻 Drill") == 2


def test_ct8_the_seal_is_printed_for_those_who_may_see_it(office: Office) -> None:
    boss, company = office["ada"], office.ids["company"]
    sent = boss.client.post(
        "/api/v1/files?object=company&field=seal&name=seal.png",
        data=picture(),
        headers={"Authorization": f"Bearer {boss.token}", "Content-Type": "image/png"},
    )
    assert boss.change("company", company, seal={"id": sent.json["id"]}).status_code == 200
    order = order_of(office, office["amy"])

    assert SEAL in html(office, office["ivy"], order, "sales_order_contract")
    assert SEAL not in html(office, office["amy"], order, "sales_order_contract")


@needs_pdf
@on_paper
def test_ct8_the_document_is_a_pdf_with_chinese_text_and_numbered_pages_and_noted_in_the_history(
    office: Office,
) -> None:
    order = order_of(office, office["amy"], lines=60)
    name = f"/records/sales_order/{order['id']}/print/sales_order_contract?language=zh"

    answer = office["amy"].send("GET", name)

    assert (answer.status_code, answer.mimetype) == (200, "application/pdf")
    assert "filename*=UTF-8''%E9%94%80" in answer.headers["Content-Disposition"]
    letters, pages = told(answer.data)
    assert set("销售合同人民币佰拾元第页共") <= letters
    assert pages > 2
    assert b"NotoSansSC" in answer.data
    history = office["amy"].send("GET", f"/records/sales_order/{order['id']}/history").json["entries"]
    assert (history[0]["action"], history[0]["actor"]["title"]) == ("print:sales_order_contract", "Amy")


@needs_pdf
@on_paper
def test_ct8_the_page_of_a_record_offers_its_documents(office: Office) -> None:
    order = order_of(office, office["amy"])
    page = office["amy"].page().get(f"/o/sales_order/{order['id']}")

    links = page.all("//a[contains(@href, '/print/')]/@href")
    document = office["amy"].page().get(links[0])

    assert links == [
        f"/o/sales_order/{order['id']}/print/sales_order_contract",
        f"/o/sales_order/{order['id']}/print/sales_order_contract?language=zh",
    ]
    assert document.answer.mimetype == "application/pdf"
    assert document.answer.data.startswith(b"%PDF-")
    again = office["amy"].page().get(f"/o/sales_order/{order['id']}")
    assert "printed Sales contract" in again.text


def test_ct8_an_administrator_writes_a_format_on_screen_and_it_is_used_at_once(office: Office) -> None:
    boss, order = office["ada"].page(), order_of(office, office["amy"])
    address = "/prints/sales_order_contract"

    saved = boss.submit(address, **{"body.en": "<p>Sold {{ record.total | number }}</p>", "title.en": "Sale"})
    copied = boss.submit(f"{address}?copy=sales_order_contract", address, name="sale_in_short", when="record.total > 1")

    assert (saved.status, copied.status) == (303, 303)
    assert "<p>Sold 61,728.40</p>" in html(office, office["amy"], order, "sales_order_contract", "en")
    assert "人民币" in html(office, office["amy"], order, "sales_order_contract", "zh")
    assert formats(office["amy"], order) == ["sales_order_contract", "sale_in_short"]
    assert "Sale" in boss.get("/prints").texts("//td[contains(@class, 'name')]")
    for name in ("sale_in_short", "sales_order_contract"):
        assert boss.post(f"/prints/{name}/remove", {"_csrf": boss.token()}).status == 303
    assert "Buyer" in html(office, office["amy"], order, "sales_order_contract", "en")
    assert formats(office["amy"], order) == ["sales_order_contract"]


def test_ct8_what_is_wrong_with_a_format_is_told_while_it_is_written(office: Office) -> None:
    boss, order = office["ada"].page(), order_of(office, office["amy"])
    address = "/prints/sales_order_contract"
    wrong = {"body.en": "<p>\n{{ record.totl }}</p>", "record": order["id"], "language": "en"}

    page = boss.get(address)
    preview = boss.post(f"{address}/preview", {**page.form(address), **wrong}, HX_Request="true")
    refused = boss.submit(address, **{"body.en": "{% if %}"})

    assert (preview.status, refused.status) == (200, 422)
    assert preview.text == "Line 2: sales_order has no field totl; did you mean total?"
    assert "{% if %}" in refused.all("//textarea[@name='body.en']")[0].text
    assert office["amy"].page().get(address).status == 404


@needs_pdf
@on_paper
def test_ct8_the_preview_shows_the_pages_as_they_are_printed(office: Office) -> None:
    boss, order = office["ada"].page(), order_of(office, office["amy"], lines=60)
    address = "/prints/sales_order_contract"
    given = {**boss.get(address).form(address), "record": order["id"], "language": "zh"}

    preview = boss.post(f"{address}/preview", given, HX_Request="true")

    assert len(preview.all("//img[starts-with(@src, 'data:image/png;base64,')]")) == 3
