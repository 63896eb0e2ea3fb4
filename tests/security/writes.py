"""Check C: a change is made exactly where the oracle says so; refused, nothing moved; made, only what was named."""

from __future__ import annotations

import random
from collections.abc import Mapping
from typing import Any

from tests.oracle.perm import Verdict
from tests.security.beside import Beside
from tests.security.hidden import fresh, typed
from tests.security.requests import NOBODY, V1, Ask, send
from tests.security.world import House

OBJECTS = ("client", "deal", "plain", "deal_line", "unit")
STATES = {"start": ("draft", "active"), "finish": ("active", "done")}
REFUSED: Mapping[Verdict, tuple[int, ...]] = {"no": (403,), "field": (422, 403), "missing": (404,), "no_object": (404,)}
# what may follow from a change besides the fields that it names
BOUND_UP = {
    "version",
    "updated_at",
    "updated_by",
    "margin",
    "profit",
    "deals",
    "department",
    "deleted_at",
    "deleted_by",
}


class Writes:
    """Changes of one user, each held against the oracle and against what is stored."""

    def __init__(self, house: House, beside: Beside, login: str, chance: random.Random) -> None:
        self.house, self.beside, self.login, self.chance = house, beside, login, chance
        self.user = house.users[login]
        self.world = house.dump()
        self.digest = beside.digests()
        self.asked, self.accepted, self.findings = 0, 0, list[str]()
        # the object and the field to try, where a test looks for one bug
        self.object, self.field = "", ""

    def check(self, rounds: int) -> list[str]:
        """Try changes of every kind; return what went otherwise than it should."""
        ways = [self._patch, self._patch, self._patch, self._create, self._delete, self._restore, self._move]
        ways += [self._page, self._bulk, self._upsert, self._forbidden_fields, self._line]
        for count in range(rounds):
            ways[count % len(ways)]()
        return self.findings

    # -- single changes ----------------------------------------------------------------------------------------------

    def _patch(self) -> None:
        object, id, row = self._row()
        values = self._values(object, 1)
        self._try(
            Ask("PATCH", f"{V1}/records/{object}/{id}", values, headers=_match(row)), object, "update", row, values
        )

    def _forbidden_fields(self) -> None:
        """Send what nobody may write."""
        object, id, row = self._row()
        name = self.chance.choice(["id", "version", "created_by", "updated_at", "margin", "deals", "status", "nosuch"])
        before = self.digest
        answer = self._send(Ask("PATCH", f"{V1}/records/{object}/{id}", {name: "1"}, headers=_match(row)))
        self._refused(f"PATCH {object} {name}", answer.status_code, (400, 403, 404, 422), before)

    def _create(self) -> None:
        object = self.chance.choice(OBJECTS)
        values = self._values(object, 9) | self._needed(object)
        self._try(Ask("POST", f"{V1}/records/{object}", values), object, "create", None, values)

    def _delete(self) -> None:
        object, id, row = self._row()
        self._try(Ask("DELETE", f"{V1}/records/{object}/{id}", headers=_match(row)), object, "delete", row, {})

    def _restore(self) -> None:
        objects = [self.object] if self.object else OBJECTS
        gone = [(o, r) for o in objects for r in self.world.rows[o].values() if r.get("deleted_at") is not None]
        if gone:
            object, row = self.chance.choice(gone)
            ask = Ask("POST", f"{V1}/records/{object}/{row['id']}/restore", {}, headers=_match(row))
            self._try(ask, object, "restore", row, {})

    def _move(self) -> None:
        object, id, row = self._row("deal")
        name = self.chance.choice(sorted(STATES))
        ask = Ask("POST", f"{V1}/records/{object}/{id}/transitions/{name}", {}, headers=_match(row))
        self._try(ask, object, name, row, {}, status=STATES[name][1], fits=row.get("status") == STATES[name][0])

    def _page(self) -> None:
        """Change a record by its form."""
        object, id, row = self._row(self.chance.choice(["client", "plain"]))
        name = self.chance.choice(["name", "level", "budget", "amount"])
        if name not in self.world.pack.objects[object].fields:
            return
        values = {name: fresh(object, self.chance, self.world)[name] or ("A" if name == "level" else "7")}
        ask = Ask("POST", f"/o/{object}/{id}/edit", {**values, "_version": str(_number(row))}, page=True)
        verdict, before = self._verdict(object, "update", row, values, {}), self.digest
        answer = self._send(ask)
        if verdict == "yes":
            self._made(f"page {object} {values}", answer.status_code, (303, 422), object, row["id"], set(values))
        elif verdict == "field":
            # the form leaves out what may not be written: saved without it, or refused
            self._unwritten(object, row, set(values), str(ask))
        else:
            self._refused(str(ask), answer.status_code, REFUSED[verdict], before)

    # -- several at once ---------------------------------------------------------------------------------------------

    def _bulk(self) -> None:
        """All or nothing: one change of several that may not be made stops them all."""
        object = self.chance.choice(["client", "plain"])
        operations, verdicts, named = [], list[Verdict](), dict[str, set[str]]()
        for _ in range(3):
            _, id, row = self._row(object)
            if id in named:
                continue
            values = {"name": self.chance.choice(["a", "b", "ab"])}
            verdicts.append(self._verdict(object, "update", row, values, {}))
            named[id] = set(values)
            operations.append({"kind": "update", "id": id, "version": _number(row), "input": values})
        before = self.digest
        answer = self._send(Ask("POST", f"{V1}/records/{object}/bulk", {"atomic": True, "operations": operations}))
        failed = answer.status_code >= 400 or (answer.get_json() or {}).get("failed", 0) > 0
        if any(verdict != "yes" for verdict in verdicts):
            self._same(f"bulk {object} {verdicts} refused", failed, True)
            self._still(f"bulk {object} {verdicts}", before)
        else:
            self._same(f"bulk {object} {verdicts}", failed, False)
            self._refresh()

    def _upsert(self) -> None:
        """Update what is there by its key, create what is not; as the one who may do just that."""
        rows = [one for one in self.world.rows["client"].values() if one.get("deleted_at") is None and one["code"]]
        row = self.chance.choice(rows)
        values = {"code": row["code"], "name": self.chance.choice(["a", "b"])}
        operation = {"kind": "upsert", "key": "code", "input": values}
        verdict = self._verdict("client", "update", row, {"name": values["name"]}, {})
        usable = "code" in self.world.usable(self.user, "client")
        before = self.digest
        answer = self._send(Ask("POST", f"{V1}/records/client/bulk", {"atomic": True, "operations": [operation]}))
        failed = answer.status_code >= 400 or (answer.get_json() or {}).get("failed", 0) > 0
        if verdict != "yes" or not usable:
            self._same(f"upsert {values} {verdict} usable={usable} refused: {answer.text[:300]}", failed, True)
            self._still(f"upsert {verdict} {usable}", before)
        else:
            self._same(f"upsert {values}: {answer.text[:300]}", failed, False)
            self._refresh()

    def _line(self) -> None:
        """Change a line through the record that it belongs to."""
        _object, id, row = self._row("deal")
        lines = [
            one for one in self.world.rows["deal_line"].values() if one["deal"] == id and one.get("deleted_at") is None
        ]
        if not lines:
            return
        # mostly those that he sees: of the others he knows no id
        seen = [one for one in lines if self.world.visible(self.user, "deal_line", one)]
        lines = seen if seen and self.chance.random() < 0.8 else lines
        chosen = self.chance.choice(lines)
        sent = [{"id": one["id"], **({"quantity": 77} if one is chosen else {})} for one in lines]
        after = {**chosen, "quantity": typed({"quantity": 77})["quantity"]}
        ask = Ask("PATCH", f"{V1}/records/deal/{id}", {"lines": sent}, headers=_match(row))
        mine = [
            self._may("deal", "update", row, dict(row), {"lines"}),
            self._may("deal_line", "update", chosen, after, {"quantity"}),
        ]
        before = self.digest
        answer = self._send(ask)
        if mine == ["yes", "yes"]:
            unseen = any(not self.world.visible(self.user, "deal_line", one) for one in lines)
            if answer.status_code >= 300 and not unseen:
                self.findings.append(f"{self._who()} {ask}: {answer.status_code} {answer.text[:200]}, may")
            self._refresh()
        else:
            self._refused(f"{ask} {mine}", answer.status_code, (403, 404, 422), before)

    # -- judging -----------------------------------------------------------------------------------------------------

    def _try(
        self,
        ask: Ask,
        object: str,
        action: str,
        row: Mapping[str, Any] | None,
        values: Mapping[str, Any],
        *,
        status: str = "",
        fits: bool = True,
    ) -> None:
        verdict, before = self._verdict(object, action, row, values, {"status": status} if status else {}), self.digest
        unseen = self._unseen(object, row, values)
        answer = self._send(ask)
        told = f"{ask} as {verdict}{' unseen' if unseen else ''}: {answer.text[:300]}"
        if verdict != "yes":
            self._refused(told, answer.status_code, (*REFUSED[verdict], *((422,) if unseen else ())), before)
        elif unseen:
            self._refused(told, answer.status_code, (422,), before)
        else:
            good = (200, 201, 204, *((409,) if action in ("delete", "restore") or not fits else ()))
            id = row["id"] if row is not None else (answer.get_json(silent=True) or {}).get("id", "")
            self._made(told, answer.status_code, good, object, id, set(values) | ({"status"} if status else set()))

    def _verdict(
        self,
        object: str,
        action: str,
        row: Mapping[str, Any] | None,
        values: Mapping[str, Any],
        more: Mapping[str, Any],
    ) -> Verdict:
        after = {**(row if row is not None else self._newborn(object)), **typed(values), **more}
        # a reference to what one does not see is told as nothing, and sent back so it stays
        after |= {name: row[name] for name, value in values.items() if value is None and self._points_unseen(row, name)}
        thing = self.world.pack.objects[object]
        if (
            thing.owned
            and "owner" in values
            and "department" not in values
            and (row is None or row["owner"] != values["owner"])
        ):
            owner = next((one for one in self.house.users.values() if one.id == values["owner"]), None)
            if owner is not None:
                after["department"] = self.world.facts(owner)["department"]
        for name, (one, other) in {"margin": ("budget", "cost"), "profit": ("amount", "cost")}.items():
            if name in thing.fields:
                after[name] = None if after.get(one) is None or after.get(other) is None else after[one] - after[other]
        return self._may(object, action, row, after if action not in ("delete", "restore") else None, set(values))

    def _points_unseen(self, row: Mapping[str, Any] | None, name: str) -> bool:
        """Tell whether a row points with a field to a record that the user does not see."""
        id = None if row is None else row.get(name)
        if not isinstance(id, str):
            return False
        holder = next((one for one, rows in self.world.rows.items() if id in rows), None)
        return holder is not None and not self.world.visible(self.user, holder, self.world.rows[holder][id])

    def _may(self, object: str, action: str, row: Any, after: Any, sent: set[str]) -> Verdict:
        told = self.world.may(self.user, object, action, row, after, sent)
        if (
            row is not None
            and (row.get("deleted_at") is not None) != (action == "restore")
            and told not in ("no_object",)
        ):
            return "missing" if self.world.granted(self.user, object, action) else "no"
        return told

    def _newborn(self, object: str) -> dict[str, Any]:
        found: dict[str, Any] = dict.fromkeys(self.world.pack.objects[object].fields)
        found |= {"id": "new", "created_by": self.user.id}
        if self.world.pack.objects[object].owned:
            found |= {"owner": self.user.id, "department": self.world.facts(self.user)["department"]}
        return found | ({"status": "draft"} if object == "deal" else {})

    def _unseen(self, object: str, row: Mapping[str, Any] | None, values: Mapping[str, Any]) -> bool:
        """Tell whether a reference points to what the user does not see, or comes to point to what is gone."""
        for name, target in self.world.pack.objects[object].targets.items():
            value, held = values.get(name), None if row is None else row.get(name)
            known = held if isinstance(held, list) else [held]
            for id in value if isinstance(value, list) else [value]:
                there = self.world.rows[target].get(id or "")
                if id is None:
                    continue
                if there is None or not self.world.visible(self.user, target, there):
                    return True
                if there.get("deleted_at") is not None and id not in known:
                    return True
        return False

    def _refused(self, told: str, status: int, good: tuple[int, ...], before: dict[str, str]) -> None:
        if status not in good:
            self.findings.append(f"{self._who()} {told}: {status}, not {good}")
        self._still(told, before)

    def _still(self, told: str, before: dict[str, str]) -> None:
        now = self.beside.digests()
        if now != before:
            where = sorted(name for name in now if now[name] != before.get(name))
            self.findings.append(f"{self._who()} {told}: refused, yet something was written in {where}")
            self._refresh()

    def _made(self, told: str, status: int, good: tuple[int, ...], object: str, id: str, named: set[str]) -> None:
        if status not in good:
            self.findings.append(f"{self._who()} {told}: {status}, not {good}")
        self.accepted += status < 400
        old = self.world
        self._refresh()
        for other, rows in self.world.rows.items():
            for at, row in rows.items():
                was = old.rows[other].get(at)
                if was is None or (other, at) == (object, id):
                    continue
                moved = {name for name in row if row[name] != was.get(name)} - BOUND_UP
                if moved and other != "deal_line":
                    self.findings.append(f"{self._who()} {told}: changed {moved} of {other} {at}")
        was, row = old.rows[object].get(id), self.world.rows[object].get(id)
        if was is not None and row is not None:
            moved = {name for name in row if row[name] != was.get(name)} - BOUND_UP - named
            if moved:
                self.findings.append(f"{self._who()} {told}: changed {moved} of the record besides")

    def _unwritten(self, object: str, row: Mapping[str, Any], names: set[str], told: str) -> None:
        self._refresh()
        now = self.world.rows[object].get(row["id"], row)
        moved = {name for name in names if now.get(name) != row.get(name)}
        if moved:
            self.findings.append(f"{self._who()} {told}: wrote {moved}, which are not his to write")

    # -- asking ------------------------------------------------------------------------------------------------------

    def _row(self, object: str = "") -> tuple[str, str, Mapping[str, Any]]:
        object = object or self.object or self.chance.choice(OBJECTS)
        rows = list(self.world.rows[object].values())
        seen = [row for row in rows if self.world.visible(self.user, object, row)]
        row = self.chance.choice(seen if seen and self.chance.random() < 0.6 else rows)
        return object, str(row["id"]), row

    def _values(self, object: str, most: int) -> dict[str, Any]:
        given = fresh(object, self.chance, self.world)
        if self.field in given:
            return {self.field: given[self.field]}
        if object == "client" and most == 1 and self.chance.random() < 0.1:
            return {"above": self.chance.choice([*self.world.rows["client"], NOBODY])}
        names = self.chance.sample(sorted(given), min(most, len(given), self.chance.choice([1, 1, 2, most])))
        return {name: given[name] for name in names}

    def _needed(self, object: str) -> dict[str, Any]:
        if object == "deal_line":
            return {"text": "x", "deal": self.chance.choice(list(self.world.rows["deal"]))}
        return {"title": "a"} if object == "deal" else {"name": "a"}

    def _send(self, ask: Ask) -> Any:
        self.asked += 1
        return send(self.house, self.login, ask)

    def _refresh(self) -> None:
        was, self.digest = self.digest, self.beside.digests()
        changed = [name for name in self.world.pack.objects if self.digest.get(name) != was.get(name)]
        self.world = self.house.dump(self.world, changed)

    def _same(self, what: str, told: Any, true: Any) -> None:
        if told != true:
            self.findings.append(f"{self._who()} {what}: {told} against {true}")

    def _who(self) -> str:
        return f"{self.house.kind} {self.login}:"


def _number(row: Mapping[str, Any]) -> int:
    return int(row["version"])


def _match(row: Mapping[str, Any]) -> dict[str, str]:
    return {"If-Match": f'"{_number(row)}"'}
