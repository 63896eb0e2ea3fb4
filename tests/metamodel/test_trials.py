"""The tests of packs are played on throw-away tenants and say what holds, what does not, and what nobody touches."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.cli.trials import Outcome, run_trials
from engine.kernel.errors import BadDefinition
from engine.metamodel import check_pack
from tests.metamodel.conftest import Write

BASE = """
object: paper
title: Paper
traits: [owned]
fields:
  name:   {type: text, required: true}
  amount: {type: money}
  state:  {type: choice}
  day:    {type: date}
checks: {positive: {that: amount > 0, say: It must be positive}}
---
role: clerk
title: Clerk
grants: {paper: {read: {scope: own}, create: {}, update: {scope: own}, actions: [age]}}
---
lifecycle: paper
object: paper
field: state
states: {new: {initial: true}, old: {final: done}}
transitions: {age: {from: new, to: old, set: {day: "=today()"}}, skip: {from: new, to: old}}
---
"""
GOOD = """
test: a_clerk_ages_own_papers
now: 2026-09-18T10:00:00+08:00
users: {amy: {roles: [clerk]}, bob: {roles: [clerk]}}
records:
  one: {object: paper, by: amy, with: {name: first, amount: 10}}
do:
  - {transition: age, of: one, by: bob, refused: not_found}
  - transition: age
    of: one
    by: amy
    then: {records: {one: {state: old, day: "2026-09-18"}}}
  - {create: paper, by: amy, with: {name: x, amount: -1}, refused: positive}
  - {find: paper, as: again, with: {name: first}}
  - {wait: P1D}
  - {create: paper, by: amy, as: two, with: {name: later, amount: 1}}
  - {delete: two}
then:
  records: {again: {amount: 10, owner: "=amy"}}
  counts: {paper: 1}
  gone: [two]
  allowed: [{by: bob, of: one, may_not: [update]}, {by: amy, of: one, may: [update]}]
---
test: a_wrong_one
users: {amy: {roles: [clerk]}}
do:
  - {create: paper, by: amy, as: one, with: {name: x, amount: 1}}
then: {records: {one: {amount: 5, owner: "=amy"}}, counts: {paper: 2}}
---
test: a_refusal_that_does_not_come
users: {amy: {roles: [clerk]}}
do: [{create: paper, by: amy, with: {name: x, amount: 1}, refused: true}]
"""

APPROVALS = """
object: paper
title: {zh: 纸, en: Paper}
traits: [owned]
fields:
  name:   {type: text, title: {zh: 名, en: Name}, required: true}
  amount: {type: money, title: {zh: 额, en: Amount}}
---
role: clerk
title: {zh: 员, en: Clerk}
grants: {paper: {read: {}, create: {}, update: {scope: own}}}
---
role: boss
title: {zh: 领导, en: Boss}
grants: {paper: {read: {}}}
---
approval: sign
title: {zh: 签, en: Sign}
object: paper
start: {by: [user], who: [owner]}
subject: {material: [amount]}
steps:
  - approve: first
    by: [{role: boss}]
    mode: any
  - choose: size
    of:
      - when: record.amount > 100
        steps: [{approve: second, by: [{role: boss}], repeat: ask}]
    else: none
---
test: small_needs_one
users: {amy: {roles: [clerk]}, lin: {roles: [boss]}, bob: {roles: [clerk]}}
records: {one: {object: paper, by: amy, with: {name: a, amount: 10}}}
do:
  - {start: sign, of: one, by: bob, refused: true}
  - {start: sign, of: one, by: amy, then: {tasks: {one: {first: [lin]}}}}
  - {start: sign, of: one, by: amy, refused: already_running}
  - {decide: reject, of: one, by: lin, refused: true}
  - {decide: approve, of: one, step: first, by: bob, refused: true}
  - {decide: approve, of: one, step: first, by: lin}
then: {outcome: {one: approved}, tasks: {one: {}}}
---
test: large_needs_two
users: {amy: {roles: [clerk]}, lin: {roles: [boss]}}
records: {one: {object: paper, by: amy, with: {name: a, amount: 1000}}}
do:
  - {start: sign, of: one, by: amy}
  - {decide: approve, of: one, by: lin, then: {tasks: {one: {second: [lin]}}}}
  - {decide: reject, of: one, by: lin, comment: no}
then: {outcome: {one: rejected}}
---
test: withdrawn
users: {amy: {roles: [clerk]}, lin: {roles: [boss]}}
records: {one: {object: paper, by: amy, with: {name: a, amount: 1000}}}
do:
  - {start: sign, of: one, by: amy}
  - {withdraw: one, by: amy}
then: {outcome: {one: withdrawn}}
"""


@pytest.fixture(scope="module")
def outcome(tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    folder = tmp_path_factory.mktemp("trials") / "pack"
    folder.mkdir()
    Path(folder, "pack.yaml").write_text("pack: demo\nversion: 1.0.0\ntitle: Demo\n", encoding="utf-8")
    Path(folder, "x.yaml").write_text(BASE + GOOD, encoding="utf-8")
    return run_trials([folder])


def test_each_test_is_judged_by_itself_and_tells_the_place(outcome: Outcome) -> None:
    found = {verdict.name: [str(wrong) for wrong in verdict.wrong] for verdict in outcome.verdicts}

    assert found == {
        "a_clerk_ages_own_papers": [],
        "a_wrong_one": [
            "x.yaml:45:1 one.amount is 1.00, not 5",
            "x.yaml:45:1 there are 1 records of paper, not 2",
        ],
        "a_refusal_that_does_not_come": ["x.yaml:53:6 create paper was not refused"],
    }
    assert not outcome.holds


def test_what_no_test_touches_is_told(outcome: Outcome) -> None:
    assert outcome.untouched == {
        "transitions": ["paper skip"],
        "steps": [],
        "rules": [],
        "grants": ["clerk paper read", "clerk paper update"],
    }


def test_a_test_that_speaks_of_what_is_not_there_is_refused_before_it_runs(write: Write) -> None:
    text = """
test: wrong
users: {amy: {roles: [clrk]}}
records: {one: {object: papr, by: bob, with: {}}}
do:
  - {transition: agee, of: two}
  - {speak: x}
"""
    report = check_pack(write(BASE + text.replace("{speak: x}", "{by: amy, wait: P1D}")))

    assert [error.code for error in report.errors] == [
        "unknown_role",
        "unknown_object",
        "unknown_login",
        "unknown_record",
        "verb_first",
    ]
    with pytest.raises(BadDefinition):
        run_trials([write(BASE + text)])


def test_a_test_starts_decides_and_withdraws_approvals(write: Write) -> None:
    outcome = run_trials([write(APPROVALS)])

    assert [[str(wrong) for wrong in verdict.wrong] for verdict in outcome.verdicts] == [[], [], []]
    assert outcome.untouched["steps"] == []
