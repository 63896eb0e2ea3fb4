"""R13 through real servers: one tenant's token, ids and keys reach nothing of another. All routes: tests/api."""

from __future__ import annotations

from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from tests.promises.product import Client, Product

CANARY = "canary-77c1"


def test_r13_ids_and_keys_of_one_tenant_mean_nothing_in_another(shared: Product, pack: Path) -> None:
    ours = shared.client()
    mine = ours.send("POST", "records/account", {"name": CANARY, "code": CANARY}, Idempotency_Key="twin").value["id"]
    shared.do("tenant", "create", "twin", "--pack", str(pack))
    shared.do("user", "create", "twin", "ann", "--administrator", "--generate")
    other = Client(ours.port, shared.do("token", "create", "twin", "ann")["token"])
    shared.clients.append(other)
    path = f"records/account/{mine}"

    told = [
        other.get(path),
        other.get(f"{path}/history"),
        other.patch("account", mine, 1, {"note": "x"}),
        other.send("DELETE", path, If_Match='"1"'),
        other.send("POST", "records/entry", {"account": mine}),
        other.get("records/account", q=CANARY),
    ]

    assert [one.status for one in told] == [404, 404, 404, 404, 422, 200]
    assert CANARY not in str([one.value for one in told])
    assert told[5].value["records"] == []
    made = other.send("POST", "records/account", {"name": "mine", "code": CANARY}, Idempotency_Key="twin")
    assert (made.status, "Idempotency-Replayed" in made.headers) == (201, False)
    assert other.get(f"records/account/{made.value['id']}").value["number"] == "A000001"
    foreign = Client(ours.port, other.token.replace("tsr_twin", "tsr_acme"))
    shared.clients.append(foreign)
    assert foreign.get(path).status == 401


@pytest.mark.parametrize("dialect", ["postgresql"], indirect=True)
def test_r13_the_role_of_one_tenant_can_read_no_table_of_another(shared: Product) -> None:
    with psycopg.connect(shared.database.replace("postgresql+psycopg://", "postgresql://"), autocommit=True) as server:
        server.execute("CREATE SCHEMA t_stranger; CREATE TABLE t_stranger.account (id text)")
        server.execute(sql.SQL("SET ROLE {}").format(sql.Identifier("t_acme")))
        assert server.execute("SELECT count(*) >= 0 FROM t_acme.account").fetchone() == (True,)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            server.execute("SELECT * FROM t_stranger.account")
