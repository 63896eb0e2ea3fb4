"""A change of the model that is killed after any statement leaves the tenant wholly before or wholly after."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from decimal import Decimal

import pytest

from engine.settings import Settings
from engine.storage import Database, Renames, faults, install_model, open_database
from engine.storage.install import Installation, apply_installation, plan_installation
from tests.storage.conftest import Add, Install, model_of
from tests.storage.digest import state_digest

BEFORE = """
object: party
title: Party
display: name
traits: [owned, recycle]
fields:
  name: {type: text, title: Name, length: 40}
  code: {type: text, title: Code, unique: true}
  price: {type: text, title: Price}
  gone: {type: integer, title: Gone, required: true}
  head: {type: reference, to: party, title: Head}
---
object: remark
title: Remark
display: text
fields:
  text: {type: text, title: Text}
  party: {type: reference, to: party, title: Party}
"""
AFTER = """
object: party
title: Party
display: name
traits: [owned, recycle]
fields:
  name: {type: text, title: Name, length: 80, search: true}
  mark: {type: text, title: Code, unique: true}
  price: {type: money, title: Price, index: true}
  stars: {type: rating, title: Stars, required: true, default: 3}
  head: {type: reference, to: party, title: Head}
---
object: visit
title: Visit
display: day
fields:
  day: {type: date, title: Day}
  party: {type: reference, to: party, title: Party}
"""
RENAMES = Renames({}, {("party", "code"): "mark"})


def change(database: Database) -> None:
    """Make the second model active."""
    model = model_of(AFTER)
    plan = plan_installation(database, model, RENAMES)
    apply_installation(database, plan, Installation(model, {"text": AFTER}))


def killed_after(database: Database, statement: int) -> bool:
    """Change the model in a child that dies after its n-th statement; tell whether it did."""
    child = os.fork()
    if child == 0:
        faults.after_statement = faults.counter_of(f"sql:{statement}:kill")
        try:
            change(open_database(database.address.url.render_as_string(False), database.tenant, database.settings))
        except BaseException:  # noqa: BLE001 - a child must not go on with the parent's tests
            os._exit(3)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        assert os.WTERMSIG(status) == signal.SIGKILL
        return True
    assert os.waitstatus_to_exitcode(status) == 0
    return False


@pytest.mark.campaign
def test_killed_after_any_statement_it_is_before_or_after(tenant: Database, install: Install, add: Add) -> None:
    first = install(BEFORE)
    one = add(first, "party", name="甲", code="x", price="12.5", gone=1, owner="system")
    two = add(first, "party", name="乙", code="y", price=" ", gone=2, head=one)
    add(first, "remark", text="t", party=two)
    tenant.dispose()
    before = state_digest(tenant)

    seen: list[str] = []
    statement = 0
    while not seen or seen[-1] is before:
        statement += 1
        killed = killed_after(tenant, statement)
        digest = state_digest(tenant)
        seen.append(before if digest == before else digest)
        if not killed:
            break

    # the last one may have died after its COMMIT: then it is done
    assert seen[:-1] == [before] * (len(seen) - 1)
    assert seen[-1] != before
    assert statement > 20
    table = '"party"' if tenant.dialect == "sqlite" else "party"
    with tenant.reading() as session:
        rows = session.raw_rows(f"SELECT mark, price, stars, gone FROM {table} ORDER BY id")
    wanted = [1250, None] if tenant.dialect == "sqlite" else [Decimal("12.50"), None]
    assert rows == [("x", wanted[0], 3, 1), ("y", wanted[1], 3, 2)]


def test_the_environment_tells_a_process_when_to_die(tenant: Database, tmp_path: object) -> None:
    install_model(tenant, model_of(BEFORE), {})
    url = tenant.address.url.render_as_string(False)
    code = (
        "from engine.settings import Settings\nfrom engine.storage import open_database, read_stamp\n"
        f"with open_database({url!r}, 'acme', Settings()).reading() as s:\n"
        "    print(read_stamp(s).model, flush=True)\n    read_stamp(s)\n    print('alive', flush=True)\n"
    )

    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "ENGINE_FAULTS": "sql:2:kill"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.stdout, done.returncode) == ("1\n", -signal.SIGKILL), done.stderr


def test_what_is_unknown_to_the_faults_is_refused() -> None:
    with pytest.raises(ValueError, match="only sql:N:kill"):
        faults.counter_of("disk:1:full")

    assert faults.counter_of("") is None
    assert Settings().synchronous == "FULL"
