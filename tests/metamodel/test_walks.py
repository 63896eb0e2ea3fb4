"""Tests that stand in approvals: taken as walks on supposed records, judged, and checked before anything runs."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.cli.trials import Outcome, run_trials
from engine.metamodel import check_pack, compile_tenant, load_pack
from tests.metamodel.conftest import Write

OFFER = """
object: buyer
title: Buyer
fields: {name: {type: text, required: true}, grade: {type: text}}
---
object: offer
title: Offer
traits: [owned]
fields:
  subject:  {type: text, required: true}
  state:    {type: choice}
  buyer:    {type: reference, to: buyer, required: true}
  price:    {type: money}
  discount: {type: integer}
  net:      {type: money, as: price * (100 - discount) / 100}
  policy:   {type: json}
  seen_on:  {type: date}
  agreed:   {type: integer}
---
lifecycle: offer
object: offer
field: state
states: {draft: {initial: true}, held: {}, issued: {final: done}}
transitions:
  submit:
    from: draft
    to: issued
    set: {seen_on: "=today()"}
    gate:
      - {approval: offer_below_policy, via: held, approved: issued, rejected: draft, withdrawn: draft}
---
role: director
title: Director
grants: {offer: {read: {}}}
---
role: finance
title: Finance
grants: {offer: {read: {}}}
---
role: legal
title: Legal
grants: {offer: {read: {}}}
---
approval: offer_below_policy
title: Offer below the policy
object: offer
start: {by: [gate]}
subject: {material: [discount], editable: {resubmit: [discount]}}
steps:
  - {approve: line_manager, by: [{manager: submitter}]}
  - approve: sales_director
    when: record.policy.gap_pct > 5
    by: [{role: director}]
    mode: any
    form: {write: [agreed], require: [agreed]}
  - parallel: experts
    when: record.net < 1000 and record.buyer.grade = "C"
    branches:
      money: [{approve: finance, by: [{role: finance}], mode: any}]
      law:   [{approve: legal, by: [{role: legal}], mode: any, empty: fail}]
  - {do: note, effects: [{set: {price: "=record.price + 1"}}]}
outcome: {approved: {set: {agreed: "=record.discount"}}}
"""

GOOD = """
tests:
  - name: a small gap needs the manager only
    given: {record: {discount: 8, policy: {over: true, gap_pct: 3}}, submitter: amy}
    expect:
      path: [line_manager, note]
      not: [sales_director, experts]
      outcome: approved
      record: {state: issued, seen_on: "2026-01-05", agreed: 8, policy: {gap_pct: 3}, owner: amy}
  - name: refused by the manager
    given: {record: {discount: 30, price: 10, policy: {over: true, gap_pct: 20}}, submitter: amy}
    act: [{lin: reject, comment: too low}]
    expect:
      path: [line_manager]
      not: [sales_director]
      outcome: rejected
      record: {state: draft, price: 10, agreed: null}
  - name: what is computed stands as given, and what lies behind the buyer too
    given:
      record: {net: 999, buyer: {grade: C}, policy: {gap_pct: 1}, subject: Drill}
      submitter: amy
      people: {finance: [fei, fang]}
    act: [{fang: approve}]
    expect: {path: [line_manager, experts, finance, legal], outcome: approved}
  - name: everybody else agrees until the one who acts is asked
    given: {record: {discount: 9, policy: {gap_pct: 20}}, submitter: amy, now: "2026-09-18T10:00:00+08:00"}
    act: [{gao: approve, step: sales_director, with: {agreed: 7}}]
    expect: {path: [line_manager, sales_director], outcome: approved, record: {agreed: 9, seen_on: "=today()"}}
  - name: sent back and made smaller
    given: {record: {discount: 30, policy: {gap_pct: 20}}, submitter: amy}
    act:
      - {lin: return, to: submitter, comment: less}
      - {amy: resubmit, with: {discount: 5}}
      - {lin: approve}
      - {gao: approve, with: {agreed: 1}}
    expect: {path: [line_manager, sales_director], outcome: approved, record: {discount: 5}}
  - name: withdrawn in time
    given: {record: {policy: {gap_pct: 20}}, submitter: amy}
    act: [{amy: withdraw}]
    expect: {path: [line_manager], outcome: withdrawn, record: {state: draft}}
  - name: nobody is found for the law
    given: {record: {net: 1, buyer: {grade: C}, policy: {gap_pct: 1}}, submitter: amy, people: {legal: []}}
    expect: {path: [experts, finance, legal], outcome: rejected}
"""

BAD = """
  - name: a wrong way
    given: {record: {discount: 8, policy: {gap_pct: 9}}, submitter: amy}
    expect: {path: [sales_director, line_manager], not: [note], outcome: rejected, record: {agreed: 9}}
  - name: a refusal without a reason
    given: {record: {policy: {gap_pct: 3}}, submitter: amy}
    act:
      - {lin: reject}
    expect: {outcome: rejected}
  - name: somebody who is never asked
    given: {record: {policy: {gap_pct: 3}}, submitter: amy}
    act:
      - {gao: approve, step: sales_director}
    expect: {outcome: approved}
  - name: a value that no field holds
    given: {record: {discount: much, policy: {gap_pct: 3}}, submitter: amy}
    expect: {outcome: approved}
"""

KINDS = """object: part
title: Part
fields: {name: {type: text, required: true}, weight: {type: integer}}
---
object: job
title: Job
traits: [owned]
fields:
  name:   {type: text, required: true}
  limit:  {type: money}
  checker: {type: user}
  lines:  {type: lines, of: job_line}
  total:  {type: money, as: "sum(for l in lines return l.cost)"}
  made:   {type: integer}
---
object: job_line
title: Line
parent: job
fields:
  job:  {type: reference, to: job, required: true, on_delete: cascade}
  part: {type: reference, to: part}
  cost: {type: money}
---
role: keeper
title: Keeper
grants: {job: {read: {}}}
---
role: board
title: Board
grants: {job: {read: {}}}
---
approval: raise_limit
title: Raise the limit
object: job
start: {by: [user], when: record.limit > 50}
priority: 5
subject: {mode: change}
steps:
  - {approve: first, by: [{managers: submitter, until: {level: 2}}], order: sequence, mode: all}
  - {approve: board, when: record.limit > before.limit * 2, by: [{role: board}], sign: true, mode: any}
outcome: {approved: {set: {made: 1}}, rejected: {set: {made: 2}}}
tests:
  - name: twice as much
    given: {record: {limit: 100}, change: {limit: 200}, submitter: amy}
    expect: {path: [first], not: [board], outcome: approved, record: {limit: 200, made: 1}}
  - name: more
    given: {record: {limit: 100}, change: {limit: 201}, submitter: amy}
    act: [{lin: approve}, {max: approve}, {gao: reject, comment: no}]
    expect: {path: [first, board], outcome: rejected, record: {limit: 100, made: 2}}
  - name: signed
    given: {record: {limit: 100}, change: {limit: 201}, submitter: amy}
    act: [{gao: approve, step: board}]
    expect: {outcome: approved, record: {limit: 201}}
  - name: less
    given: {record: {limit: 100}, change: {limit: 20}, submitter: amy}
    expect: {outcome: approved}
---
approval: all_kinds
title: All kinds
object: job
steps:
  - {approve: chosen, by: [{pick: submitter}], output: {risk: number}}
  - {approve: named, by: [{field: checker}], mode: any}
  - {handle: work, by: [{role: keeper}], offer: pool, form: {write: [made], require: [made]}}
  - {wait: pause, for: P1D}
  - {cc: inform, to: [owner]}
  - choose: heavy
    of:
      - when: some l in record.lines satisfies l.part.weight > 10
        steps: [{approve: lift, by: [{role: board}], mode: vote, pass: 2}]
    else: none
  - {approve: risky, when: steps.chosen.output.risk > 3, by: [{role: board}], repeat: ask, mode: any}
  - {stop: approved}
tests:
  - name: everything
    given:
      record: {name: x, checker: cai, total: 7, lines: [{part: {weight: 11}, cost: 3}]}
      submitter: amy
      people: {lift: [b1, b2, b3]}
    act:
      - {pia: approve, output: {risk: 5}}
      - {cai: approve}
      - {wang: done, with: {made: 3}}
      - {b1: reject, comment: x}
    expect:
      path: [chosen, named, work, pause, inform, heavy, lift, risky]
      outcome: approved
      record: {made: 3, total: 7, checker: cai, lines: [{cost: 3}]}
  - name: field that must be filled
    given: {record: {name: x, checker: cai}, submitter: amy}
    act: [{wang: done, step: work}]
    expect: {outcome: approved}
  - name: nobody in the field
    given: {record: {name: x}, submitter: amy}
    act: [{ad: approve, step: named}]
    expect: {path: [chosen, named, work, risky], not: [heavy, lift], outcome: approved}
"""

INVALID = "invalid The record was not saved; to be put right: 1"
UNFIT = "The approval raise_limit cannot be started on this record"


SUPPOSED = """
role: staff
title: Staff
grants: {}
---
object: errand
title: Errand
display: name
traits: [owned]
fields:
  name:    {type: text, title: Name}
  number:  {type: text, title: Number}
  size:    {type: integer, title: Size}
  verdict: {type: text, title: Verdict}
  note:    {type: text, title: Note}
  state:   {type: choice, title: State}
  next:    {type: reference, to: errand, title: Next}
---
numbering: errand_no
segments: [{text: E}, {counter: 4}]
---
decision: sizing
title: Sizing
hit: FIRST
inputs: [{is: size, type: number}]
outputs: [{name: verdict, type: string}]
rules:
  - ["> 10", '"big"']
  - ["-", '"small"']
---
lifecycle: errand
title: Errand
object: errand
field: state
states: {fresh: {title: Fresh, initial: true}, running: {title: Running}, over: {title: Over, final: done}}
transitions:
  begin: {title: Begin, from: fresh, to: running, set: {size: =record.size * 2}}
  end:   {title: End, from: running, to: over, when: record.size > 100}
---
approval: grow
title: Grow
object: errand
start: {by: [user]}
steps:
  - do: work
    effects:
      - {evaluate: sizing, with: {size: =record.size}, into: verdict}
      - {create: errand, with: {name: '="after " + record.name'}, as: made, link: next}
      - {set: {note: =made.name}}
      - {number: number, sequence: errand_no}
      - {transition: begin}
      - {set: {size: =record.size + one}, for_each: '=[1, 2]', each: one}
      - {transition: end}
  - {approve: numbered, when: record.number != null and record.next != null, by: [{role: staff}]}
tests:
  - name: big
    given: {record: {name: x, size: 11}, submitter: amy}
    expect: {path: [work, numbered], outcome: approved, record: {verdict: big, note: after x, state: running, size: 25}}
"""


@pytest.fixture(scope="module")
def outcome(tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    folder = tmp_path_factory.mktemp("walks") / "pack"
    folder.mkdir()
    Path(folder, "pack.yaml").write_text("pack: demo\nversion: 1.0.0\ntitle: Demo\n", encoding="utf-8")
    Path(folder, "x.yaml").write_text(OFFER.lstrip() + GOOD.lstrip() + BAD.lstrip("\n"), encoding="utf-8")
    Path(folder, "y.yaml").write_text(KINDS, encoding="utf-8")
    return run_trials([folder])


def test_walks_that_hold_and_walks_that_do_not(outcome: Outcome) -> None:
    found = {one.name: [str(wrong) for wrong in one.wrong] for one in outcome.verdicts if one.span.file == "x.yaml"}
    wrong = {name.removeprefix("offer_below_policy: "): said for name, said in found.items() if said}

    assert len(found) == 11
    assert wrong == {
        "a wrong way": [
            "x.yaml:104:5 line_manager is visited earlier; the way is line_manager, sales_director, note",
            "x.yaml:104:5 note is visited; the way is line_manager, sales_director, note",
            "x.yaml:104:5 it ends approved, not rejected",
            "x.yaml:104:5 agreed is 8, not 9",
        ],
        "a refusal without a reason": [
            f"x.yaml:110:9 lin: reject was refused: {INVALID}; comment: Give a reason",
        ],
        "somebody who is never asked": [
            "x.yaml:115:9 gao: approve was refused: no_task_for gao has nothing to decide in sales_director"
        ],
        "a value that no field holds": [
            f"x.yaml:117:5 the start was refused: {INVALID}; discount: This is not a number",
        ],
    }


def test_walks_meet_every_kind_of_step_and_proposed_changes(outcome: Outcome) -> None:
    found = {one.name: [str(wrong) for wrong in one.wrong] for one in outcome.verdicts if one.span.file == "y.yaml"}

    assert len(found) == 7
    assert {name: said for name, said in found.items() if said} == {
        "raise_limit: less": [f"y.yaml:54:5 the start was refused: {INVALID}; -: {UNFIT}"],
        "all_kinds: field that must be filled": [f"y.yaml:91:11 wang: done was refused: {INVALID}; made: Required"],
    }


def test_walks_suppose_what_effects_decide_make_number_and_move(tmp_path: Path) -> None:
    folder = tmp_path / "pack"
    folder.mkdir()
    Path(folder, "pack.yaml").write_text("pack: demo\nversion: 1.0.0\ntitle: Demo\n", encoding="utf-8")
    Path(folder, "x.yaml").write_text(SUPPOSED.lstrip(), encoding="utf-8")

    found = {one.name: [str(wrong) for wrong in one.wrong] for one in run_trials([folder]).verdicts}

    assert found == {"grow: big": []}


def test_steps_that_walks_visit_are_touched(outcome: Outcome) -> None:
    assert outcome.untouched["steps"] == []
    assert outcome.untouched["transitions"] == ["offer submit"]


def test_a_walk_that_speaks_of_what_is_not_there_is_refused_at_its_place(write: Write) -> None:
    text = """
tests:
  - name: one
    given: {record: {discont: 8, buyer: {grad: C}}, submitter: amy, people: {line_manger: [lin]}}
    act:
      - {comment: alone}
      - {lin: reject, bob: reject}
      - {lin: return, comment: x, step: legl, to: line_manage, with: {agred: 1}}
    expect: {path: [line_manger], not: [salse_director], record: {stat: draft}}
  - name: one
    given: {record: {}, submitter: amy}
    expect: {not: [legal]}
"""
    report = check_pack(write(OFFER.lstrip() + text.lstrip()))

    assert [str(error) for error in report.errors] == [
        "x.yaml:64:22 unknown_field offer has no field discont; did you mean discount?",
        "x.yaml:64:42 unknown_field buyer has no field grad; did you mean grade?",
        "x.yaml:64:78 unknown_step The flow has no step line_manger; did you mean line_manager?",
        "x.yaml:66:9 one_decision A decision needs one person; Write {lin: reject, comment: too low}.",
        "x.yaml:67:9 one_decision A decision needs one person; Write {lin: reject, comment: too low}.",
        "x.yaml:68:41 unknown_step The flow has no step legl; did you mean legal?",
        "x.yaml:68:51 unknown_step The flow has no step line_manage; did you mean line_manager?",
        "x.yaml:68:71 unknown_field offer has no field agred; did you mean agreed?",
        "x.yaml:69:21 unknown_step The flow has no step line_manger; did you mean line_manager?",
        "x.yaml:69:41 unknown_step The flow has no step salse_director; did you mean sales_director?",
        "x.yaml:69:67 unknown_field offer has no field stat; did you mean state?",
        "x.yaml:70:11 walk_twice There are two tests one; Tests of an approval are told by their names.",
    ]


def test_a_walk_with_unknown_words_is_refused_with_the_nearest_right_one(write: Write) -> None:
    text = """
tests:
  - name: one
    givn: {record: {}, submitter: amy}
    given: {record: {}, submiter: amy}
    act: [{lin: refuse}]
    expect: {outcom: rejected}
"""
    report = check_pack(write(OFFER.lstrip() + text.lstrip()))

    assert [str(error).partition("; Possible")[0] for error in report.errors] == [
        "x.yaml:64:5 unknown_key givn is not a key of tests; did you mean given?",
        "x.yaml:65:5 missing_key given lacks submitter",
        "x.yaml:65:25 unknown_key submiter is not a key of given; did you mean submitter?",
        "x.yaml:66:17 wrong_value lin cannot be refuse",
        "x.yaml:67:14 unknown_key outcom is not a key of expect; did you mean outcome?",
    ]


def test_a_changed_test_makes_no_new_version_and_is_not_taken_over(write: Write) -> None:
    more = """---
approval: offer_abroad
title: Offer abroad
extends: offer_below_policy
priority: 10
steps: {experts: null}
"""
    without = compile_tenant([load_pack(write(OFFER.lstrip())).layer]).approvals["offer_below_policy"]
    model = compile_tenant([load_pack(write(OFFER.lstrip() + GOOD.lstrip() + more)).layer])

    assert len(model.approvals["offer_below_policy"].walks) == 7
    assert model.approvals["offer_below_policy"].fingerprint == without.fingerprint
    assert model.approvals["offer_abroad"].walks == ()
