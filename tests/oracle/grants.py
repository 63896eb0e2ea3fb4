"""What roles grant, read from the pack: completed for child objects and for fields that would tell others."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tests.oracle.pack import Pack

Access = tuple[str, str]  # hidden, masked or read; and the condition that lifts it
PLAIN = ("read", "create", "update", "delete", "restore", "import", "export", "print", "transfer", "share", "merge")
# what a child object without a grant of its own takes from its parent's
FOLLOWED = {"read": "read", "create": "update", "update": "update", "delete": "update", "export": "export"}


@dataclass(frozen=True)
class Grant:
    """One role's grant of one action on one object; ``via`` leads from a child to ``holder``, whose grant it is."""

    role: str
    object: str
    action: str
    scopes: tuple[str, ...] = ("all",)
    by: str = ""
    when: str = ""
    via: tuple[str, ...] = ()
    holder: str = ""


class Grants:
    """The grants and field rules of a pack's roles."""

    def __init__(self, pack: Pack) -> None:
        self.pack = pack
        self._grants: dict[tuple[str, str, str], tuple[Grant, ...]] = {}
        self._fields: dict[str, dict[str, dict[str, Access]]] = {}

    def administrates(self, role: str) -> bool:
        """Tell whether a role holds everything."""
        return self.pack.roles.get(role, {}).get("administrator") is True

    def privileges(self, role: str) -> set[str]:
        """Return the privileges that a role names."""
        return set(self.pack.roles.get(role, {}).get("privileges", ()))

    def of(self, role: str, object: str, action: str) -> tuple[Grant, ...]:
        """Return what a role grants of an action on an object."""
        key = (role, object, action)
        if key not in self._grants:
            self._grants[key] = tuple(self._of(role, object, action))
        return self._grants[key]

    def access(self, role: str, object: str, field: str) -> Access | None:
        """Return what a role restricts of a field; None when it leaves it free."""
        if role not in self._fields:
            self._fields[role] = self._restricted(role)
        return self._fields[role].get(object, {}).get(field)

    def _of(self, role: str, object: str, action: str) -> Iterator[Grant]:
        held = self.pack.roles.get(role, {}).get("grants", {})
        via: list[str] = []
        at = self.pack.objects[object]
        while at.name not in held:
            if not at.parent or len(via) > 8:
                return
            via.append(at.parent)
            at = self.pack.objects[at.targets[at.parent]]
        wanted = FOLLOWED.get(action, "") if via else action
        given = _given(held[at.name], wanted) if wanted else None
        if given is not None:
            scope = given.get("scope") or "all"
            scopes = (scope,) if isinstance(scope, str) else tuple(scope)
            yield Grant(
                role, object, wanted, scopes, given.get("by", ""), str(given.get("when", "")), tuple(via), at.name
            )

    def _restricted(self, role: str) -> dict[str, dict[str, Access]]:
        held = self.pack.roles.get(role, {}).get("grants", {})
        found = {o: {f: _access(given) for f, given in grant.get("fields", {}).items()} for o, grant in held.items()}
        growing = True
        while growing:
            growing = False
            for name, thing in self.pack.objects.items():
                for computed in thing.fields:
                    if barred(found.get(name, {}).get(computed)):
                        continue
                    access = self._inherited(found, name, computed)
                    if access is not None:
                        found.setdefault(name, {})[computed] = access
                        growing = True
        return found

    def _inherited(self, found: Mapping[str, Mapping[str, Access]], object: str, computed: str) -> Access | None:
        """Return what a formula takes over from the restricted fields that it reads."""
        read = [(o, found.get(o, {}).get(f)) for o, f in self.pack.sources(object, computed)]
        stopped = [(o, access) for o, access in read if access is not None and barred(access)]
        if not stopped:
            return None
        lifts = {access[1] if o == object else "" for o, access in stopped}
        return ("hidden", lifts.pop() if len(lifts) == 1 else "")


def barred(access: Access | None) -> bool:
    """Tell whether a restriction keeps a field from being read."""
    return access is not None and access[0] in ("hidden", "masked")


def _given(grant: Mapping[str, Any], action: str) -> Mapping[str, Any] | None:
    """Return what a grant says of an action; a transition in a list covers the rows of update, or else of read."""
    if action in PLAIN:
        return None if grant.get(action, False) is False else (grant[action] or {})
    named = grant.get("actions", ())
    if isinstance(named, Mapping):
        return None if named.get(action, False) is False else (named[action] or {})
    if action not in named and "*" not in named:
        return None
    update = _given(grant, "update")
    return update if update is not None else _given(grant, "read")


def _access(given: Any) -> Access:
    if isinstance(given, str):
        return given, ""
    return {"hidden": "hidden", "masked": "masked", "only": "read"}[given["read"]], str(given.get("unless", ""))
