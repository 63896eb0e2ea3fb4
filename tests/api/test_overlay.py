"""An administrator adapts his tenant by edits: drafted, checked, planned, applied as planned, undone."""

from __future__ import annotations

from typing import Any

from tests.api.house import Caller, House

OVERLAY = "/api/v1/overlay"
DEPTH = {"type": "integer", "title": {"zh": "深度", "en": "Depth"}, "range": ">= 0"}

FINISH = {"title": "Finish", "open": True, "items": {"raw": "Raw"}}


def edit(verb: str, path: str, value: Any = None, **more: Any) -> dict[str, Any]:
    made = {"verb": verb, "kind": "object", "id": "machine", "path": path.split("."), **more}
    return made if value is None else {**made, "value": value}


def propose(caller: Caller, *edits: dict[str, Any], **more: Any) -> Any:
    return caller.post(f"{OVERLAY}/draft/edits", {"edits": list(edits), **more})


def apply(caller: Caller, note: str = "") -> Any:
    return caller.post(f"{OVERLAY}/apply", {"token": caller.get(f"{OVERLAY}/plan").json["token"], "note": note})


def test_a_field_is_drafted_planned_applied_and_taken_back_again(house: House) -> None:
    boss, foreman = house.caller("boss"), house.caller("foreman")
    old = foreman.make("machine", name="Lathe")

    drafted = propose(boss, edit("insert", "fields.depth", DEPTH, after="weight"))

    assert drafted.status_code == 200, drafted.json
    assert [one["words"] for one in drafted.json["draft"]["changes"]] == ["Machine › Depth"]
    assert foreman.post("/api/v1/records/machine", {"name": "X", "depth": 3}).status_code == 422, "it is a draft"
    plan = boss.get(f"{OVERLAY}/plan").json
    assert plan["fits"] is True
    assert [(one["kind"], one["field"]) for one in plan["plan"]["changes"]] == [("field_added", "depth")]
    done = boss.post(f"{OVERLAY}/apply", {"token": plan["token"], "note": "Depth of machines"})
    assert done.status_code == 200, done.json
    assert foreman.make("machine", name="Drill", depth=3)["depth"] == 3
    assert foreman.read("machine", old["id"])["name"] == "Lathe"
    assert house.caller("boss", "lib").get(OVERLAY).json["overlay"] == ""
    versions = boss.get(f"{OVERLAY}/versions").json["versions"]
    assert (versions[0]["by"], versions[0]["note"]) == ("boss", "Depth of machines")
    assert "depth:" in boss.get(OVERLAY).json["overlay"]

    boss.post(f"{OVERLAY}/versions/{versions[1]['version']}/recall")

    assert apply(boss).status_code == 200
    assert "depth" not in foreman.read("machine", old["id"])
    trail = house.look("acme", "SELECT record FROM tessera_audit WHERE action = 'definitions_changed'")
    assert len(trail) == len(boss.get(f"{OVERLAY}/versions").json["versions"])


def test_what_would_be_wrong_is_told_at_the_part_that_is_wrong(shared_house: House) -> None:
    boss = shared_house.caller("boss")

    refused = propose(
        boss,
        edit("insert", "fields.volume", {"type": "decimal", "title": "Volume", "as": "wieght * 2"}),
        edit("insert", "fields.site", {"type": "reference", "to": "unti", "title": "Site"}),
        edit("insert", "checks.deep", {"that": "depth > 1", "say": "Too flat"}),
    )

    assert refused.status_code == 422
    told = {one["path"]: one for one in refused.json["errors"]}
    assert told["object.machine.fields.volume.as"]["code"].startswith("FEEL")
    assert "weight" in told["object.machine.fields.volume.as"]["hint"]
    assert "object.machine.fields.site.to" in told
    assert "object.machine.checks.deep.that" in told
    assert boss.get(OVERLAY).json["draft"]["edits"] == []


def test_a_field_that_a_role_or_a_screen_still_names_cannot_be_taken_away(shared_house: House) -> None:
    refused = propose(shared_house.caller("boss"), edit("remove", "fields.name"))

    assert refused.status_code == 422
    assert all(one["path"] and one["message"] for one in refused.json["errors"])


def test_edits_of_what_is_not_there_are_refused_with_the_nearest_name(shared_house: House) -> None:
    boss = shared_house.caller("boss")
    for sent in (
        edit("set", "feilds.weight.title", "X"),
        edit("remove", "fields.wieght"),
        edit("insert", "fields.weight", DEPTH),
        edit("move", "fields.weight", after="nobody"),
        {**edit("remove", "fields.weight"), "id": "nothing"},
        {**edit("remove", "fields.weight"), "kind": "pack"},
        {"verb": "burn"},
        {**edit("set", "fields.weight", DEPTH), "path": "fields"},
    ):
        answer = propose(boss, sent)
        assert answer.status_code == 422, sent
        assert answer.json["errors"], sent
    for body in ({}, {"edits": []}, {"edits": 1}, {"edits": [1]}, {"edits": [edit("remove", "fields.x")], "more": 1}):
        assert boss.post(f"{OVERLAY}/draft/edits", body).status_code in (400, 422), body


def test_only_administrators_see_or_change_it(shared_house: House) -> None:
    foreman = shared_house.caller("foreman")
    for method, path in (("GET", ""), ("GET", "/plan"), ("GET", "/versions"), ("DELETE", "/draft")):
        assert foreman.send(method, OVERLAY + path).status_code == 403, path
    assert propose(foreman, edit("insert", "fields.depth", DEPTH)).status_code == 403
    assert foreman.post(f"{OVERLAY}/apply", {"token": "x"}).status_code == 403


def test_a_plan_is_applied_as_it_was_shown_or_not_at_all(house: House) -> None:
    boss = house.caller("boss")
    revision = propose(boss, edit("insert", "fields.depth", DEPTH)).json["draft"]["revision"]
    token = boss.get(f"{OVERLAY}/plan").json["token"]
    propose(boss, edit("set", "fields.depth.title", "Depth of cut"))

    assert boss.post(f"{OVERLAY}/apply", {"token": token}).json["code"] == "plan_outdated"
    behind = propose(boss, edit("set", "fields.depth.title", "Deep"), revision=revision)
    assert (behind.status_code, behind.json["code"]) == (409, "draft_moved")
    assert apply(boss).status_code == 200
    assert boss.post(f"{OVERLAY}/apply", {"token": token}).json["code"] == "draft_empty"


def test_data_that_would_not_fit_are_told_before_anything_is_done(house: House) -> None:
    boss, foreman = house.caller("boss"), house.caller("foreman")
    foreman.make("machine", name="Lathe")

    propose(boss, edit("set", "fields.bought.required", True))

    plan = boss.get(f"{OVERLAY}/plan").json
    assert plan["fits"] is False
    assert [(one["field"], one["count"]) for one in plan["plan"]["misfits"]] == [("bought", 1)]
    refused = apply(boss)
    assert (refused.status_code, refused.json["code"]) == (422, "draft_misfits")
    boss.delete(f"{OVERLAY}/draft")
    assert boss.get(OVERLAY).json["draft"]["edits"] == []


def test_an_overlay_goes_out_and_comes_back_as_yaml(house: House) -> None:
    boss = house.caller("boss")
    edits = [
        edit("insert", "fields.depth", DEPTH, after="weight"),
        edit("move", "fields.share", after="name"),
        {
            **edit("set", "", {"title": "Finish", "open": True, "items": {"raw": "Raw"}}),
            "kind": "dictionary",
            "path": [],
        },
    ]
    edits[2]["id"] = "finish"
    assert propose(boss, *edits).status_code == 200
    apply(boss)
    text = boss.get(OVERLAY).json["overlay"]

    assert boss.send("PUT", f"{OVERLAY}/draft", {"overlay": ""}).status_code == 200
    apply(boss)
    assert boss.get(OVERLAY).json["overlay"] == ""
    assert boss.send("PUT", f"{OVERLAY}/draft", {"overlay": text}).status_code == 200
    apply(boss)

    assert boss.get(OVERLAY).json["overlay"] == text
    fields = list(boss.get(f"{OVERLAY}/definitions/object/machine").json["definition"]["fields"])
    assert fields[:2] == ["name", "share"]
    assert fields[fields.index("weight") + 1] == "depth"
    assert boss.send("PUT", f"{OVERLAY}/draft", {"overlay": "object: [broken"}).status_code == 422
