"""What a CRM asks of the language most, as tables of text."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from engine.rules import (
    ANY,
    BOOLEAN,
    DATE,
    DATE_TIME,
    NUMBER,
    STRING,
    FeelType,
    Names,
    RecordType,
    Run,
    compile_expression,
    list_of,
)  # fmt: skip
from engine.rules.expression import vocabulary_of
from engine.rules.parser import parse
from engine.rules.printer import print_tree
from engine.rules.values import equal
from engine.rules.writing import literal_text

NOW = datetime(2026, 5, 5, 12, 0, tzinfo=UTC)
FOLDER = Path(__file__).parent / "cases"


def exact(value: Any) -> Any:
    """Return what YAML read with its decimals exact, as storage hands values in."""
    if isinstance(value, float):
        return Decimal(repr(value))
    if isinstance(value, Mapping):
        return {str(key): exact(part) for key, part in value.items()}
    if isinstance(value, list):
        return [exact(part) for part in value]
    if isinstance(value, datetime) and value.tzinfo is None:
        return value.replace(tzinfo=UTC)
    return value


def type_of(value: Any) -> FeelType:
    """Return the type that metadata would give such a value."""
    if isinstance(value, Mapping):
        return RecordType("record", Names({name: type_of(part) for name, part in value.items()}))
    if isinstance(value, list):
        known = [part for part in value if part is not None]
        return list_of(type_of(known[0]) if known else ANY)
    kinds = {bool: BOOLEAN, int: NUMBER, Decimal: NUMBER, str: STRING, date: DATE, datetime: DATE_TIME}
    return kinds.get(type(value), ANY)


def cases() -> list[Any]:
    found = []
    for path in sorted(FOLDER.glob("*.yaml")):
        table = YAML(typ="safe").load(path)
        given = exact(table["given"])
        found += [pytest.param(text, wanted, given, id=f"{path.stem}: {text}") for text, wanted in table["cases"]]
    return found


CASES = cases()


@pytest.mark.parametrize(("text", "wanted", "given"), CASES)
def test_an_expression_gives(text: str, wanted: str, given: Mapping[str, Any]) -> None:
    scope = Names(dict.fromkeys(given, ANY))

    found = compile_expression(text, scope, lenient=True).value(given, Run(NOW))

    expected = compile_expression(wanted, Names()).value({}, Run(NOW))
    assert (found is None) == (expected is None), literal_text(found)
    assert equal(found, expected) is True, literal_text(found)


@pytest.mark.parametrize(("text", "wanted", "given"), CASES)
def test_types_make_it_faster_and_change_nothing(text: str, wanted: str, given: Mapping[str, Any]) -> None:
    scope = Names({name: type_of(value) for name, value in given.items()})

    found = compile_expression(text, scope, lenient=True).value(given, Run(NOW))

    assert literal_text(found) == literal_text(compile_expression(wanted, Names()).value({}, Run(NOW)))


@pytest.mark.parametrize(("text", "wanted", "given"), CASES)
def test_a_printed_expression_reads_back_as_itself(text: str, wanted: str, given: Mapping[str, Any]) -> None:
    vocabulary = vocabulary_of(Names(dict.fromkeys(given, ANY)))

    printed = print_tree(parse(text, vocabulary))

    assert print_tree(parse(printed, vocabulary)) == printed
    again = compile_expression(printed, Names(dict.fromkeys(given, ANY)), lenient=True).value(given, Run(NOW))
    assert literal_text(again) == literal_text(compile_expression(wanted, Names()).value({}, Run(NOW)))


def test_there_are_enough_cases() -> None:
    assert len(CASES) >= 300
