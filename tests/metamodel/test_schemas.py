"""The published schemas are sound, close every map and explain every key to an editor."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from ruamel.yaml import YAML

from engine.metamodel import definitions, schema_of
from engine.metamodel.compiler.options import OPTIONS
from engine.metamodel.definitions import KINDS

SCHEMAS = Path(definitions.__file__).parent.parent / "schemas"
AVAILABLE = sorted(kind.name for kind in KINDS.values() if kind.available)
FILES = sorted(SCHEMAS.glob("*.json"))
# a key whose meaning its name says
PLAIN = {"icon", "roles", "items", "list", "when", "where", "sort", "title", "say", "order", "name"}


def walk(value: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], dict[str, Any]]]:
    if isinstance(value, dict):
        yield path, value
        for key, part in value.items():
            yield from walk(part, (*path, key))
    elif isinstance(value, list):
        for index, part in enumerate(value):
            yield from walk(part, (*path, str(index)))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_schema_is_valid_by_its_own_standard(path: Path) -> None:
    schema = json.loads(path.read_text("utf-8"))

    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    jsonschema_rs.meta.validate(schema)


@pytest.mark.parametrize("kind", AVAILABLE)
def test_a_schema_leaves_no_map_open(kind: str) -> None:
    free = {("properties", verb) for verb in ("set", "insert", "remove")}

    open_maps = [
        path
        for path, part in walk(schema_of(kind))
        if "object" in ([part.get("type")] if isinstance(part.get("type"), str) else part.get("type") or [])
        and "additionalProperties" not in part
        and path not in free
    ]

    assert open_maps == []


@pytest.mark.parametrize("kind", AVAILABLE)
def test_a_schema_explains_itself(kind: str) -> None:
    schema = schema_of(kind)

    assert schema["title"]
    assert schema["description"]
    assert all(
        part.get("description")
        or part.get("$ref")
        or part.get("type") == "boolean"
        or path[-1] in PLAIN
        or len(path) > 2
        for path, part in walk(schema)
        if len(path) > 1 and path[-2] == "properties"
    )


def test_every_kind_that_runs_has_a_schema_and_every_schema_a_kind() -> None:
    assert {path.name.removesuffix(".schema.json") for path in FILES} == {*AVAILABLE, "parts", "definition"}


def test_a_kind_of_a_later_engine_has_no_schema() -> None:
    with pytest.raises(KeyError):
        schema_of("survey")


def test_options_and_schema_know_the_same_words() -> None:
    field = schema_of("object")["properties"]["fields"]["additionalProperties"]

    assert set(OPTIONS) == set(field["properties"]["type"]["enum"])
    assert set().union(*OPTIONS.values()) == set(field["properties"])


def test_an_editor_can_check_a_whole_file_against_one_schema() -> None:
    resources = [(path.name, json.loads(path.read_text("utf-8"))) for path in FILES]
    schema = dict(resources)["definition.schema.json"]
    validator = jsonschema_rs.Draft202012Validator(schema, registry=jsonschema_rs.Registry(resources))
    shop = Path(__file__).parent / "packs" / "shop"

    for file in shop.glob("*.yaml"):
        for document in YAML(typ="safe").load_all(file.read_text("utf-8")):
            assert [error.message for error in validator.iter_errors(document)] == []
            assert not validator.is_valid({**document, "unheard_of": 1})
