"""Definitions that the figures ask for and no company would write: thirty steps, two hundred rules, a crowd."""

from __future__ import annotations

import shutil
from pathlib import Path

from tests.workflow.org1.house import PACK

LONG, CROWD, OLD, GATED, MOVING = "bench_long", "bench_crowd", "bench_old", "bench_gated", "bench_moving"
_HEAD = "title: {{zh: {0}, en: {0}}}"
_ANY = "start: {by: [user, gate, automation]}"


class Pack:
    """Org-1's pack with more files beside its own; each writing is a newer version."""

    def __init__(self, home: Path) -> None:
        self._home, self._number = home, 0
        self._files: dict[str, str] = {"bench": _base()}

    def text(self, name: str) -> str:
        """Return the text of one of these files."""
        return self._files[name]

    def write(self, **files: str) -> Path:
        """Write a pack that has these files too and return its folder; one without text is left out."""
        self._files.update(files)
        self._number += 1
        folder = Path(shutil.copytree(PACK, self._home / f"pack{self._number}"))
        for name, text in self._files.items():
            if not text:
                continue
            (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
        manifest = folder / "pack.yaml"
        manifest.write_text(manifest.read_text(encoding="utf-8").replace("1.0.0", f"1.0.{self._number}"), "utf-8")
        return folder


def gate_rules(count: int = 10) -> str:
    """Return rules that a submitted quotation raises inside its transaction; every other one acts."""
    return _documents(
        *(
            f"""automation: bench_gate_{n}
{_HEAD.format(f"bench_gate_{n}")}
object: quotation
on: {{updated: [status]}}
when: record.total {">" if n % 2 else "<"} {n}
phase: in_tx
run_as: system
order: {n}
do: [{{set: {{note: '="{n} " + record.number'}}}}]"""
            for n in range(count)
        )
    )


def idle_rules(count: int, phase: str) -> str:
    """Return rules that each change of a contract raises and whose condition holds for none."""
    return _documents(
        *(
            f"""automation: bench_idle_{phase}_{n}
{_HEAD.format(f"bench_idle_{phase}_{n}")}
object: contract
on: {{updated: [note]}}
when: record.amount > {1_000_000_000 + n} and record.number != "none"
phase: {phase}
run_as: system
do: [{{set: {{reviewed: '="{n}"'}}}}]"""
            for n in range(count)
        )
    )


def moving(step: str) -> str:
    """Return the flow whose cases move to another version; its first step has this name."""
    return _flow(MOVING, [f"{{approve: {step}, by: [{{manager: submitter}}]}}", _director("d"), _general("g")])


def _base() -> str:
    people = "[{role: bench_voter}]"
    voters = f"{{approve: v, by: {people}, mode: all, distinct: true}}"
    old = "policy: {returns: {to: [any], then: replay, max: 100}}"
    return _documents(
        "role: bench_voter\n" + _HEAD.format("bench_voter") + "\ngrants: {}",
        "role: bench_caller\n" + _HEAD.format("bench_caller") + "\ngrants: {}",
        _flow(LONG, _long()),
        _flow(CROWD, [voters, _general("g")]),
        _flow(OLD, ["{approve: m, by: [{manager: submitter}]}", _director("d")], old),
        _CONTACT,
        _BIRTHDAY,
        _ASSIGNMENT,
        _ASSIGNED,
        moving("m"),
    )


def _flow(name: str, steps: list[str], more: str = "") -> str:
    lines = [f"approval: {name}", _HEAD.format(name), "object: quotation", f"slot: {name}", _ANY, more, "steps:"]
    return "\n".join([line for line in lines if line] + [f"  - {step}" for step in steps])


def _director(name: str) -> str:
    return f"{{approve: {name}, by: [{{position: sales_director}}]}}"


def _general(name: str) -> str:
    return f"{{approve: {name}, by: [{{position: general_manager}}]}}"


def _long() -> list[str]:
    """Return thirty steps in three levels of branches."""
    inner = "{{choose: c{0}, of: [{{when: record.total > {0}, steps: [{1}]}}, {{else: true, steps: [{2}]}}]}}"
    people = iter(range(1, 31))

    def step() -> str:
        n = next(people)
        return f"{{approve: s{n}, by: [{{user: {('lin', 'sun', 'gao', 'fang', 'luo')[n % 5]}}}]}}"

    def level(depth: int, name: str) -> str:
        first = f"{step()}, {step()}"
        second = step() if depth == 3 else f"{step()}, {level(depth + 1, name)}"
        return inner.format(f"{depth}{name}", second, first)

    blocks = [level(1, str(n)) for n in range(3)]
    return [*blocks, *(step() for _ in range(30 - 3 * 9))]


_CONTACT = """object: bench_contact
title: {zh: 联系人, en: Contact}
display: name
traits: [owned]
fields:
  name:     {type: text, title: {zh: 姓名, en: Name}, required: true}
  birthday: {type: date, title: {zh: 生日, en: Birthday}}
  greeted:  {type: integer, title: {zh: 问候, en: Greeted}}"""
_BIRTHDAY = """automation: bench_birthday
title: {zh: 生日, en: Birthday}
object: bench_contact
on: {relative: {field: birthday, offset: P0D, yearly: true, at: "09:00"}}
run_as: system
do: [{set: {greeted: 1}}, {emit: bench_greeted}]"""
_ASSIGNMENT = """assignment: bench_least
title: {zh: 分派, en: Least loaded}
object: errand
to: worker
pool: [{role: bench_caller}]
pick: least_loaded
load: {count: errand, where: record.status = "open"}"""
_ASSIGNED = """automation: bench_assigned
title: {zh: 分派, en: Assigned}
object: errand
on: {created: true}
when: record.kind = "bench"
phase: in_tx
run_as: system
do: [{assign: bench_least, of: =record}]"""


def _documents(*texts: str) -> str:
    return "\n---\n".join(texts) + "\n"
