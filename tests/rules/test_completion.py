"""What an author is offered while writing, and what help says of each function."""

from __future__ import annotations

import pytest

from engine.rules import NUMBER, STRING, Names, RecordType, list_of
from engine.rules.builtins import BUILTINS
from engine.rules.completion import complete
from engine.rules.reference import all_functions, function_help

REGION = RecordType("region", Names({"name": STRING, "code": STRING}))
SCOPE = Names({"amount": NUMBER, "region": REGION, "lines": list_of(RecordType("line", Names({"net": NUMBER})))})


@pytest.mark.parametrize(
    ("text", "some"),
    [
        ("am", ["amount"]),
        ("amount > 1 and reg", ["region"]),
        ("region.", ["name", "code"]),
        ("sum(lines.", ["net"]),
        ("lines[1].", ["net"]),
        ("if amount > 1 ", ["then", "and", "or"]),
        ("string", ["string length", "string join"]),
        ("today().", []),
    ],
)
def test_what_may_come_next_is_offered(text: str, some: list[str]) -> None:
    offered = [choice.text for choice in complete(text, SCOPE)]

    assert set(some) <= set(offered)


def test_nothing_is_offered_behind_an_unknown_name() -> None:
    assert complete("nothing.", SCOPE) == ()


def test_every_function_says_what_it_does() -> None:
    silent = [found.name for found in all_functions() if not found.says]

    assert len(all_functions()) == len(BUILTINS) >= 80
    assert not silent


def test_help_shows_how_a_function_is_called() -> None:
    found = function_help("substring")

    assert found is not None
    assert found.calls == ("substring(string: string, start position: number, length?: number) -> string",)
