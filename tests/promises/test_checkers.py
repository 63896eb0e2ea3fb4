"""The judges are judged: each finds the fault that it is there for, and keeps silent where there is none."""

from __future__ import annotations

import pytest

from tests.promises.checkers import (
    Found,
    Write,
    late_versions,
    mixed_versions,
    wrong_numbers,
    wrong_trail,
    wrong_writes,
)

TOLD = [Write("a", 1, "x", True), Write("a", 2, "y", True), Write("b", 1, "x", True), Write("b", 2, "y", False)]


@pytest.mark.parametrize("b", [Found("b", 1, "x"), Found("b", 2, "y")])
def test_a_request_without_an_answer_may_have_acted_or_not(b: Found) -> None:
    assert wrong_writes(TOLD, [Found("a", 2, "y"), b]) == []
    assert wrong_writes([Write("c", 1, "x", False)], []) == []
    assert wrong_writes([Write("c", 1, "x", False)], [Found("c", 1, "x")]) == []


@pytest.mark.parametrize(
    ("found", "says"),
    [
        ([Found("b", 1, "x")], "a: acknowledged and lost"),
        ([Found("a", 1, "x"), Found("b", 1, "x")], "a: is 1 x"),
        ([Found("a", 2, "x"), Found("b", 1, "x")], "a: is 2 x"),
        ([Found("a", 2, "y"), Found("b", 3, "z")], "b: is 3 z"),
        ([Found("a", 2, "y"), Found("a", 2, "y"), Found("b", 1, "x")], "a: is there 2 times"),
        ([Found("a", 2, "y"), Found("b", 1, "x"), Found("c", 1, "x")], "c: nobody asked"),
    ],
)
def test_lost_old_doubled_and_unasked_records_are_found(found: list[Found], says: str) -> None:
    told = wrong_writes(TOLD, found)

    assert len(told) == 1
    assert told[0].startswith(says)


def test_gaps_and_doubles_in_numbers_are_found() -> None:
    assert wrong_numbers(["E000002", "E000001"], "E") == []
    assert wrong_numbers(["E000001", "E000003"], "E") == ["missing: [2]"]
    assert wrong_numbers(["E000001", "E000001"], "E") == ["missing: [2]", "twice: [1]"]


def test_missing_doubled_and_unfounded_audit_entries_are_found() -> None:
    assert wrong_trail({"a": 2}, [("a", 2), ("a", 1)]) == []
    assert wrong_trail({"a": 2}, [("a", 2)]) != []
    assert wrong_trail({"a": 2}, [("a", 1), ("a", 2), ("a", 2)]) != []
    assert wrong_trail({"a": 2}, [("a", 1), ("a", 2), ("a", 3)]) != []
    assert wrong_trail({"a": 1}, [("a", 1), ("b", 1)]) == ["b: entries of no record"]


def test_answers_of_two_versions_and_late_ones_are_found() -> None:
    assert mixed_versions([(1, False), (2, True)], 2) == []
    assert len(mixed_versions([(1, True), (2, False)], 2)) == 2
    assert late_versions([(1.0, 1), (3.0, 2)], 2, 2.0) == []
    assert late_versions([(3.0, 1)], 2, 2.0) == ["1.00 s late"]
