"""The OpenAPI document: valid, made from the model, holding only what the caller may see, and kept by the server."""

from __future__ import annotations

import os
from collections import Counter
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.api.house import Caller, House
from tests.conftest import DATABASES

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
# 1, 2 or 3: how long a campaign may take
CAMPAIGN = os.environ.get("TESSERA_CAMPAIGN", "")
EXAMPLES = {"2": 100, "3": 1_000}.get(CAMPAIGN, 3)


@pytest.fixture(scope="module")
def me(shared_house: House) -> Caller:
    caller = shared_house.caller()
    machine = caller.make("machine", name="Drill", price=10)["id"]
    caller.make(
        "job", title="Bore", machine=machine, planned="2026-11-23", lines=[{"text": "a", "hours": 1, "rate": 1}]
    )
    return caller


def document(caller: Caller) -> dict[str, Any]:
    answer = caller.get("/api/v1/openapi.json")
    assert answer.status_code == 200
    return dict(answer.json)


@pytest.mark.parametrize(
    ("tenant", "login"), [("acme", "boss"), ("acme", "foreman"), ("acme", "helper"), ("lib", "keeper")]
)
def test_the_document_is_valid_openapi(shared_house: House, tenant: str, login: str):
    schema = schemathesis.openapi.from_dict(document(shared_house.caller(login, tenant)))

    schema.validate()
    assert schema.raw_schema["openapi"].startswith("3.1")


def test_every_described_address_exists(shared_house: House, me: Caller):
    rules = {rule for _, rule, _ in shared_house.app._application.addresses()}
    for path, item in document(me)["paths"].items():
        parts = path.split("/")
        if parts[1] == "records":
            parts[2] = "<object>"
        if "transitions" in parts:
            parts[-1] = "<transition>"
        rule = "/api/v1" + "/".join(parts).replace("{", "<").replace("}", ">")
        assert rule in rules, path
        assert set(item) <= {"get", "post", "put", "patch", "delete", "parameters"}


def test_what_the_caller_may_not_see_is_not_described(shared_house: House):
    text = shared_house.caller("helper").get("/api/v1/openapi.json").text

    for hidden in ("ledger", '"cost"', '"margin"', "/records/unit", "restore_machine", "delete_machine", "cancel_job"):
        assert hidden not in text
    assert "release_job" in text


def test_a_new_field_is_described_at_once(shared_house: House):
    overlay = "change: object book\ninsert: {fields: {shelf: {type: text, title: {zh: 书架, en: Shelf}}}}\n"

    shared_house.engine.tenancy.set_overlay("lib", overlay)

    schemas = document(shared_house.caller("boss", "lib"))["components"]["schemas"]
    assert "shelf" in schemas["book"]["properties"]
    assert "shelf" in schemas["book_new"]["properties"]


@pytest.mark.campaign
@pytest.mark.parametrize("shared_house", DATABASES if CAMPAIGN else ["sqlite"], indirect=True)
@pytest.mark.parametrize("mode", list(schemathesis.GenerationMode), ids=lambda mode: mode.value)
def test_the_server_keeps_to_the_document_whatever_is_sent(
    shared_house: House, me: Caller, mode: schemathesis.GenerationMode
):
    headers = {"Authorization": f"Bearer {me.token}"}
    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", shared_house.app, headers=headers)
    seen: Counter[int] = Counter()
    for result in schema.get_all_operations():
        operation = result.ok()

        @settings(
            max_examples=EXAMPLES,
            deadline=None,
            database=None,
            derandomize=True,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy(generation_mode=mode))
        def send(case: schemathesis.Case) -> None:
            answer = case.call(headers=headers)
            case.validate_response(answer, checks=CHECKS)
            seen[answer.status_code] += 1

        send()
    assert seen.total() > 50
    assert seen[200] or mode == schemathesis.GenerationMode.NEGATIVE
