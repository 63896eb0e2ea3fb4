"""Merging on screen: duplicates side by side, a value chosen for each field, one record afterwards."""

from __future__ import annotations

from tests.ui.showroom import Showroom
from tests.ui.visitor import Visitor


def test_marked_rows_are_compared_and_become_one(showroom: Showroom) -> None:
    boss = showroom.visitor("boss")
    kept, double = showroom.make("artist", name="Qi", land="north"), showroom.make("artist", name="Qi Baishi")
    work = showroom.make("work", name="Prawns", artist=double)
    marked = {"_csrf": boss.token(), "action": "merge", "row": [f"{kept}@1", f"{double}@2"]}

    asked = boss.post("/o/artist/bulk", marked)
    page = boss.get(asked.answer.headers["Location"])

    assert page.texts("//fieldset[@data-choose]/legend") == ["Name", "Land"]
    assert page.texts("//label[.//input[@name='take.name'][@checked]]") == ["Qi Qi"]
    assert "Works (Artist) 1" in page.text
    done = boss.submit(asked.answer.headers["Location"], "/o/artist/merge", **{"take.name": double})
    assert done.answer.headers["Location"] == f"/o/artist/{kept}"
    record = boss.get(f"/o/artist/{kept}")
    assert record.texts("//h1")[0].startswith("Qi Baishi")
    assert "merged duplicates into it" in record.text
    assert f"/o/artist/{kept}" in boss.get(f"/o/work/{work}").all("//a/@href")
    gone = boss.get(f"/o/artist/{double}")
    assert gone.texts("//div[@class='ts-notice']//span")[0] == "This record was merged into: Qi Baishi"
    assert f"/o/artist/{kept}" in gone.all("//div[@class='ts-notice']//a/@href")


def test_the_page_asks_for_another_record_and_finds_what_is_typed(showroom: Showroom) -> None:
    boss = showroom.visitor("boss")
    first, second = showroom.make("artist", name="Xu Wei"), showroom.make("artist", name="Xu Weichang")

    alone = boss.get(f"/o/artist/merge?row={first}")
    found = boss.get(f"/o/artist/merge?row={first}&row=&row.text=Weichang")

    assert "Choose the record that is the same" in alone.text
    assert not alone.all("//button[@form='merge']")
    assert len(found.all("//input[@name='row'][contains(@value,'@')]")) == 2
    assert f"/o/artist/{second}" in found.all("//a/@href")
    assert second in boss.get("/pick/artist?q=Weichang").html


def test_merging_is_for_those_who_may(clerk: Visitor, showroom: Showroom) -> None:
    id = showroom.make("artist", name="Ni Zan")

    assert clerk.get(f"/o/artist/merge?row={id}").status == 403
    assert "/o/artist/merge" not in clerk.get(f"/o/artist/{id}").html
    assert clerk.get("/pick/+people?q=gue").texts("//li") == ["Guest guest"]
