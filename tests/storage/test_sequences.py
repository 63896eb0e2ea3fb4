"""Counters give each figure once, even to many at a time, and take back what was rolled back."""

from __future__ import annotations

import threading

import pytest

from engine.kernel.errors import Unavailable
from engine.storage import (
    Database,
    Issued,
    next_counter,
    note_issued,
    numbers_of,
    peek_counter,
    raise_counter,
    void_numbers,
)
from tests.storage.conftest import NOW

WRITERS, EACH = 8, 12


def test_sixteen_writers_get_dense_and_unique_figures_with_rollbacks(tenant: Database) -> None:
    taken: list[int] = []
    lock = threading.Lock()

    class Undo(Exception):
        pass

    def write(writer: int) -> None:
        for number in range(EACH):
            while True:
                try:
                    with tenant.writing() as session:
                        figure = next_counter(session, "r", "s", "2026")
                        if (writer + number) % 3 == 0:
                            raise Undo
                    with lock:
                        taken.append(figure)
                except Undo:
                    break
                except Unavailable:
                    continue
                break

    threads = [threading.Thread(target=write, args=(writer,)) for writer in range(WRITERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(taken) == list(range(1, len(taken) + 1))
    assert 0 < len(taken) < WRITERS * EACH


def test_a_counter_runs_for_itself_in_each_scope_and_period(tenant: Database) -> None:
    with tenant.writing() as session:
        assert [next_counter(session, "r", "a", "1") for _ in range(3)] == [1, 2, 3]
        assert next_counter(session, "r", "b", "1", start=100) == 100
        assert next_counter(session, "r", "a", "2", 1, 20) == 20
        assert next_counter(session, "r", "a", "2", 1, 5) == 25
        assert (peek_counter(session, "r", "a", "2"), peek_counter(session, "r", "c", "1", 7)) == (26, 7)
        raise_counter(session, "r", "a", "1", 50)
        raise_counter(session, "r", "a", "1", 10)
        assert next_counter(session, "r", "a", "1") == 51


def test_a_void_number_keeps_its_row(tenant: Database) -> None:
    with tenant.writing() as session:
        note_issued(session, [Issued("r", "", "", n, f"N{n}", "thing", f"id{n}") for n in (1, 2)], NOW)
        assert void_numbers(session, "thing", "id1", NOW, "deleted") == 1
        assert void_numbers(session, "thing", "id1", NOW, "deleted") == 0

        assert numbers_of(session, "r", "", "") == [(1, "N1", NOW), (2, "N2", None)]


def test_two_cannot_have_the_same_gapless_number(tenant: Database) -> None:
    from engine.storage import Violation

    one = Issued("r", "", "", 1, "N1", "thing", "id1")
    with pytest.raises(Violation), tenant.writing() as session:
        note_issued(session, [one, one], NOW)
