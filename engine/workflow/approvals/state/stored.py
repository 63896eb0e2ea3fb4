"""Runtime state to and from plain values; what is as it is by default is left out, so that it stays small."""

from __future__ import annotations

from typing import Any

from engine.workflow.approvals.state.runtime import (
    Agreement,
    Calls,
    Choice,
    Fork,
    Frame,
    Human,
    Node,
    Parked,
    Pause,
    Result,
    Runtime,
    Slot,
    Stuck,
)

_KINDS: dict[str, type[Any]] = {
    "human": Human,
    "pause": Pause,
    "calls": Calls,
    "stuck": Stuck,
    "choice": Choice,
    "fork": Fork,
}
_NAMES = {kind: name for name, kind in _KINDS.items()}


def to_json(state: Runtime) -> dict[str, Any]:
    """Return the state as plain values, without what is as it is by default."""
    return _small(state, Runtime())


def from_json(stored: Any) -> Runtime:
    """Return the state that was stored."""
    made = Runtime(**{name: value for name, value in stored.items() if name not in _BUILT})
    if "root" in stored:
        made.root = frame_from(stored["root"])
    if "revise" in stored:
        made.revise = _node_from({"is": "human", **stored["revise"]})  # type: ignore[assignment] # a human it is
    if "closing" in stored:
        made.closing = _node_from({"is": "human", **stored["closing"]})  # type: ignore[assignment] # a human it is
    made.results = {name: Result(**value) for name, value in stored.get("results", {}).items()}
    made.agreed = [Agreement(**value) for value in stored.get("agreed", [])]
    return made


_BUILT = frozenset({"root", "revise", "closing", "results", "agreed"})


def frame_to(frame: Frame) -> dict[str, Any]:
    """Return a frame as plain values."""
    found: dict[str, Any] = {"at": frame.at}
    if frame.node is not None:
        found["node"] = _node_to(frame.node)
    if frame.parked is not None:
        parked = frame.parked
        found["parked"] = {
            "at": parked.at,
            "node": None if parked.node is None else _node_to(parked.node),
            "step": parked.step,
            "slot": parked.slot,
            "material": parked.material,
        }
    if frame.undo is not None:
        found["undo"] = frame.undo
    if frame.last:
        found["last"] = list(frame.last)
    return found


def frame_from(stored: Any) -> Frame:
    """Return the frame that was stored."""
    frame = Frame(stored["at"], _node_from(stored.get("node")), undo=stored.get("undo"), last=stored.get("last", []))
    parked = stored.get("parked")
    if parked is not None:
        frame.parked = Parked(**{**parked, "node": _node_from(parked["node"])})
    return frame


def _node_to(node: Node) -> dict[str, Any]:
    name = _NAMES[type(node)]
    if isinstance(node, Choice):
        return {"is": name, "step": node.step, "branch": node.branch, "frame": frame_to(node.frame)}
    if isinstance(node, Fork):
        branches = {key: frame_to(frame) for key, frame in node.branches.items()}
        return {"is": name, "step": node.step, "branches": branches, "closed": dict(node.closed)}
    return {"is": name, **_plain(node)}


def _node_from(stored: Any) -> Node | None:
    if stored is None:
        return None
    values = {name: value for name, value in stored.items() if name != "is"}
    kind = _KINDS[stored["is"]]
    if kind is Choice:
        values["frame"] = frame_from(values["frame"])
    elif kind is Fork:
        values["branches"] = {key: frame_from(frame) for key, frame in values["branches"].items()}
    elif kind is Human:
        values["slots"] = [Slot(**slot) for slot in values.get("slots", [])]
    made: Node = kind(**values)
    return made


_SLOT = Slot(0, "", "")
_SLOT_NAMES = tuple(Slot.__dataclass_fields__)


def _plain(node: Node) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name in type(node).__dataclass_fields__:
        value = getattr(node, name)
        if name == "slots":
            found[name] = [_slot(slot) for slot in value]
        elif value not in ("", False, {}):
            found[name] = value
    return found


def _slot(slot: Slot) -> dict[str, Any]:
    found = {name: getattr(slot, name) for name in _SLOT_NAMES if getattr(slot, name) != getattr(_SLOT, name)}
    return {"no": slot.no, "principal": slot.principal, "assignee": slot.assignee, **found}


def _small(state: Runtime, empty: Runtime) -> dict[str, Any]:
    found: dict[str, Any] = {"root": frame_to(state.root)}
    for name in Runtime.__dataclass_fields__:
        value = getattr(state, name)
        if name == "root" or value == getattr(empty, name):
            continue
        if name in ("revise", "closing"):
            found[name] = _plain(value)
        elif name == "results":
            found[name] = {key: _result(result) for key, result in value.items()}
        elif name == "agreed":
            found[name] = [{"user": a.user, "step": a.step, "material": a.material} for a in value]
        else:
            found[name] = value
    return found


def _result(result: Result) -> dict[str, Any]:
    whole = {name: getattr(result, name) for name in Result.__dataclass_fields__}
    return {name: value for name, value in whole.items() if value not in ("", {}, 1) or name == "outcome"}
