"""Every bug that is put into the engine is found, and without one nothing is."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from tests.security.killing import Nursery
from tests.security.mutants import MUTANTS, Mutant
from tests.security.patching import broken

CAMPAIGN = bool(os.environ.get("TESSERA_CAMPAIGN"))


@pytest.fixture(scope="module")
def nursery(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nursery]:
    return Nursery(tmp_path_factory.mktemp("nursery"))


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_a_bug_that_is_put_in_is_found(nursery: Nursery, mutant: Mutant) -> None:
    with broken(mutant.bug):
        found = any(nursery.find(way) for way in mutant.ways)
        if not found and CAMPAIGN:
            found = any(found for _, found in nursery.search())

    assert found, f"{mutant.name} was not found"


def test_where_bugs_are_looked_for_there_are_none(nursery: Nursery) -> None:
    ways = sorted({way for mutant in MUTANTS for way in mutant.ways})
    # every day a third of them, of each kind and each check: the worlds of test_permission ask in all ways besides
    for way in ways if CAMPAIGN else ways[::3]:
        assert nursery.find(way) == [], way


def test_there_are_enough_bugs_and_each_is_a_bug_of_its_own() -> None:
    assert len(MUTANTS) >= 40
    assert len({mutant.name for mutant in MUTANTS}) == len(MUTANTS)
