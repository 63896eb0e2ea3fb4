"""``POST records/{object}/bulk``: many changes in one request, all or nothing or each for itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from werkzeug.wrappers import Response

from engine.api.drawing import draw_change
from engine.api.once import Answer, perform
from engine.api.problems import draw_parts, status_of
from engine.api.routing import Call
from engine.kernel.errors import Complaint, LimitExceeded, Malformed
from engine.kernel.names import is_record_id
from engine.records import BulkResult, Operation, Outcome

KINDS = ("create", "update", "upsert", "delete")
_NEEDS: Mapping[str, tuple[str, ...]] = {
    "create": ("input",),
    "update": ("id", "version", "input"),
    "upsert": ("key", "input"),
    "delete": ("id", "version"),
}
_TYPES: Mapping[str, type | tuple[type, ...]] = {
    "input": Mapping,
    "id": str,
    "version": int,
    "key": (str, list),
    "kind": str,
}  # fmt: skip


def change_records(call: Call) -> Response:
    """Carry out up to 100 operations."""
    object = call.place["object"]
    atomic, operations = _read(call.body, call.services.settings.limits.batch)

    def act() -> BulkResult:
        return call.services.records.bulk(call.context, object, operations, atomic)

    return perform(call, act, lambda result: _draw(result, operations, call.context.language))


def _draw(result: BulkResult, operations: list[Operation], language: str) -> Answer:
    results = [
        _draw_outcome(outcome, operation, language)
        for outcome, operation in zip(result.outcomes, operations, strict=True)
    ]
    return Answer(200, {"results": results, "done": len(results) - result.failed, "failed": result.failed})


def _draw_outcome(outcome: Outcome, operation: Operation, language: str) -> dict[str, Any]:
    if outcome.error is not None:
        error = outcome.error
        return {
            "status": status_of(error),
            "code": error.code,
            "title": error.message(language),
            "errors": draw_parts(error, language),
        }
    status = 201 if outcome.action == "create" else 204 if operation.kind == "delete" else 200
    if outcome.change is None:
        return {"status": status, "id": outcome.id, "version": outcome.version, "action": outcome.action or "unchanged"}
    return {"status": status, **draw_change(outcome.change, language), "action": outcome.action}


def _read(body: Mapping[str, Any], most: int) -> tuple[bool, list[Operation]]:
    given = body.get("operations")
    atomic = body.get("atomic", True)
    complaints = [_wrong(key, "operations, atomic") for key in body if key not in ("operations", "atomic")]
    if not isinstance(atomic, bool):
        complaints.append(_wrong("atomic", "true, false"))
    if not isinstance(given, list) or not given:
        complaints.append(_wrong("operations", f"1 - {most}"))
        raise Malformed("bad_request", complaints, why="operations")
    if len(given) > most:
        raise LimitExceeded("batch", len(given), most, 400)
    for index, operation in enumerate(given):
        complaints += _complaints(operation, f"operations[{index}]")
    if complaints:
        raise Malformed("bad_request", complaints, why="operations")
    return atomic, [_operation(operation) for operation in given]


def _complaints(given: Any, path: str) -> list[Complaint]:
    if not isinstance(given, dict):
        return [_wrong(path, "{}")]
    kind = given.get("kind")
    if not isinstance(kind, str) or kind not in KINDS:
        return [_wrong(f"{path}.kind", ", ".join(KINDS))]
    needs = _NEEDS[kind]
    found = [_wrong(f"{path}.{key}", ", ".join(("kind", *needs))) for key in given if key not in ("kind", *needs)]
    for name in needs:
        value = given.get(name)
        if not isinstance(value, _TYPES[name]) or isinstance(value, bool):
            found.append(_wrong(f"{path}.{name}", str(getattr(_TYPES[name], "__name__", "str, list"))))
    if isinstance(given.get("id"), str) and "id" in needs and not is_record_id(given["id"]):
        found.append(_wrong(f"{path}.id", "uuid"))
    if isinstance(given.get("key"), list) and not all(isinstance(part, str) for part in given["key"]):
        found.append(_wrong(f"{path}.key", "str"))
    return found


def _wrong(path: str, allowed: str) -> Complaint:
    return Complaint(path, "bad_operation", {"allowed": allowed})


def _operation(given: Mapping[str, Any]) -> Operation:
    key = given.get("key", ())
    return Operation(
        kind=given["kind"],
        input=given.get("input", {}),
        id=given.get("id"),
        version=given.get("version"),
        key=(key,) if isinstance(key, str) else tuple(key),
    )
