"""Packs as the oracle reads them: YAML by a loader of its own, objects, roles, and which formula reads which field."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import yaml


class _Loader(yaml.SafeLoader):
    """YAML 1.2 in so far as packs use it: on, off, yes and no are words."""


_Loader.yaml_implicit_resolvers = {
    letter: [(tag, regexp) for tag, regexp in entries if tag in ("tag:yaml.org,2002:int", "tag:yaml.org,2002:null")]
    for letter, entries in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"^(?:true|false)$"), list("tf"))

SYSTEM = ("id", "version", "created_at", "created_by", "updated_at", "updated_by")
OWNED = ("owner", "department")
USERS = ("owner", "created_by", "updated_by", "deleted_by")
RECYCLED = ("deleted_at", "deleted_by")


@dataclass(frozen=True)
class Thing:
    """An object of the pack. ``targets`` maps a reference to its object, ``children`` a field of lines to theirs."""

    name: str
    fields: Mapping[str, Mapping[str, Any]]
    owned: bool
    recycles: bool
    display: str
    parent: str = ""
    state: str = ""
    targets: Mapping[str, str] = field(default_factory=dict)
    children: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Pack:
    """What the oracle knows of a model."""

    objects: Mapping[str, Thing]
    roles: Mapping[str, Mapping[str, Any]]
    transitions: Mapping[str, Mapping[str, Any]]
    documents: tuple[Mapping[str, Any], ...] = ()

    def sources(self, object: str, name: str) -> Iterator[tuple[str, str]]:
        """Yield the fields (object, field) that a computed field is made of."""
        model = self.objects[object].fields[name]
        if "as" in model:
            yield from self.read_by(object, str(model["as"]))
        rollup = model.get("rollup")
        if rollup:
            for of in ("sum", "min", "max", "avg", "last", "first"):
                if isinstance(rollup.get(of), str):
                    yield rollup["of"], rollup[of]
            if "where" in rollup:
                yield from self.read_by(rollup["of"], str(rollup["where"]))

    def read_by(self, object: str, text: str) -> Iterator[tuple[str, str]]:
        """Yield the fields that a formula over an object's fields looks at."""
        for words in re.findall(r"[a-z_]\w*(?:\.[a-z_]\w*)*", re.sub(r'"[^"]*"', "", text)):
            steps = words.split(".")
            steps = steps[1:] if steps[0] in ("record", "before") else steps
            at = object
            for step in steps:
                if at not in self.objects or step not in self.objects[at].fields:
                    break
                yield at, step
                at = self.objects[at].targets.get(step) or self.objects[at].children.get(step) or ""


def read_pack(text: str) -> Pack:
    """Return what stands in the documents of a pack."""
    documents = tuple(one for one in yaml.load_all(text, _Loader) if one)
    cycles = {one["object"]: one for one in documents if "lifecycle" in one}
    recycled = {one["object"] for one in documents if "recycle" in one.get("traits", ())}
    declared = [one for one in documents if "object" in one and "lifecycle" not in one]
    unit = next((one["object"] for one in declared if "unit" in one.get("organisation", {})), "")
    return Pack(
        {one["object"]: _thing(one, cycles, unit, recycled) for one in declared},
        {one["role"]: one for one in documents if "role" in one and "never" not in one},
        {name: one["transitions"] for name, one in cycles.items()},
        documents,
    )


def _thing(one: Mapping[str, Any], cycles: Mapping[str, Any], unit: str, recycled: set[str]) -> Thing:
    traits = one.get("traits", [])
    fields: dict[str, Any] = dict(one["fields"])
    owned = "owned" in traits
    # lines go into the recycle bin with what they belong to
    above = fields[one["parent"]]["to"] if "parent" in one else ""
    recycles = one["object"] in recycled or above in recycled
    for name in (*SYSTEM, *(OWNED if owned else ()), *(RECYCLED if recycles else ())):
        type = "department" if name == "department" else "user" if name in USERS else "system"
        fields[name] = {"type": type, "readonly": name not in OWNED}
    life = cycles.get(one["object"])
    targets = {name: model["to"] for name, model in fields.items() if isinstance(model.get("to"), str)}
    targets |= {name: unit for name, model in fields.items() if unit and model["type"] in ("department", "unit")}
    return Thing(
        one["object"],
        fields,
        owned,
        recycles,
        one.get("display", "id"),
        one.get("parent", ""),
        life["field"] if life else "",
        targets,
        {name: model["of"] for name, model in fields.items() if model["type"] == "lines"},
    )
