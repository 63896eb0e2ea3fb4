"""Lists over REST: filter, search, sort, choose fields, page, count."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import pytest

from tests.api.house import Caller, House

NAMES = ["Anvil", "Bench", "Drill", "Lathe", "Mill", "Press", "Saw", "钻床", "铣床", "车床"]


@pytest.fixture(scope="module")
def me(shared_house: House) -> Caller:
    caller = shared_house.caller()
    operations = [
        {
            "kind": "create",
            "input": {
                "name": name,
                "price": 10 * index,
                "count": index % 3,
                "grade": "AB"[index % 2],
                "running": index > 4,
            },
        }
        for index, name in enumerate(NAMES)
    ]
    assert caller.post("/api/v1/records/machine/bulk", {"operations": operations}).json["failed"] == 0
    return caller


def listed(me: Caller, **query: Any) -> dict[str, Any]:
    answer = me.get(f"/api/v1/records/machine?{urlencode(query)}")
    assert answer.status_code == 200, answer.json
    return dict(answer.json)


def names(me: Caller, **query: Any) -> list[str]:
    return [record["name"] for record in listed(me, **query)["records"]]


def test_a_condition_is_feel(me: Caller):
    assert names(me, where='price > 30 and grade = "A"', sort="name") == ["Mill", "Saw", "铣床"]
    assert names(me, where='name in ("Saw", "Mill")', sort="-name") == ["Saw", "Mill"]
    assert names(me, where="actor = owner", limit=200) != []


def test_words_are_found_also_by_their_pinyin(me: Caller):
    assert names(me, q="lath") == ["Lathe"]
    assert set(names(me, q="chuang")) == {"钻床", "铣床", "车床"}
    assert names(me, q="%") == []


def test_the_order_is_as_asked_and_chinese_names_follow_pinyin(me: Caller):
    assert names(me, sort="-price")[:2] == ["车床", "铣床"]
    assert names(me, sort="count,-name", where='name < "N"') == ["Lathe", "Anvil", "Mill", "Bench", "Drill"]
    assert [n for n in names(me, sort="name") if not n.isascii()] == ["车床", "铣床", "钻床"]


def test_only_the_fields_that_are_asked_for_are_sent(me: Caller):
    record = listed(me, fields="name,margin", limit=1)["records"][0]

    assert set(record) - {"_allowed"} == {"id", "version", "name", "margin"}


def test_pages_hold_every_record_once(me: Caller):
    seen: list[str] = []
    after = None
    for _ in range(20):
        page = listed(me, sort="grade,-name", limit=3, **({"after": after} if after else {}))
        seen += [record["name"] for record in page["records"]]
        after = page["next"]
        if after is None:
            break

    assert sorted(seen) == sorted(NAMES)


def test_a_cursor_of_another_list_is_refused(me: Caller):
    after = listed(me, sort="name", limit=2)["next"]

    answer = me.get(f"/api/v1/records/machine?{urlencode({'sort': '-price', 'limit': 2, 'after': after})}")

    assert answer.status_code == 400


def test_counts_come_when_asked(me: Caller):
    assert "count" not in listed(me)
    assert listed(me, count="true", limit=1)["count"] == len(NAMES)
    assert listed(me, count="exact", where="running = true")["count"] == 5
    assert listed(me, count="true")["count_capped"] is False


def test_a_view_is_a_named_condition(me: Caller):
    assert len(listed(me, view="running")["records"]) == 5


def test_a_list_of_nothing_is_a_list(me: Caller):
    assert listed(me, where='name = "nobody"') == {"records": [], "next": None}
