"""Permission against its oracle: what each path answers, what it betrays, and what it lets happen.

A few small worlds in every run; ``TESSERA_CAMPAIGN=2`` tries 150, ``TESSERA_CAMPAIGN=3`` ten times as many.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.conftest import DATABASES
from tests.security.trying import SMALL, Figures, Outcome, kind_of, try_world

TIER = int(os.environ.get("TESSERA_CAMPAIGN") or 0)
WORLDS = {0: 4, 1: 12, 2: 150, 3: 1500}[TIER]
FIGURES = SMALL if TIER < 2 else Figures()
BLOCK = 2 if TIER < 2 else 10


@contextmanager
def database(kind: str, folder: Path, request: pytest.FixtureRequest) -> Iterator[str]:
    if kind == "sqlite":
        yield f"sqlite:///{folder}/{{tenant}}.db"
        return
    with request.getfixturevalue("postgres_server").fresh_database() as url:
        yield url


@pytest.mark.parametrize("block", range(WORLDS // BLOCK))
@pytest.mark.parametrize("kind", DATABASES)
def test_every_path_answers_as_the_oracle_says(
    kind: str, block: int, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    if kind == "postgresql" and block % (5 if TIER >= 2 else 2):
        pytest.skip("some of the worlds also on PostgreSQL")
    outcome = Outcome()
    for seed in range(block * BLOCK, block * BLOCK + BLOCK):
        home = tmp_path / str(seed)
        home.mkdir()
        with database(kind, home, request) as url:
            outcome += try_world(url, home, kind_of(seed), seed, FIGURES)

    print(outcome)
    assert outcome.findings[:20] == []
