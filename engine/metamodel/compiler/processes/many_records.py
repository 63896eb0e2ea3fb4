"""Effects on many records of an object: changed, taken away, looked for."""

from __future__ import annotations

from engine.metamodel.compiler.processes.desk import Desk
from engine.metamodel.compiler.screens import sort_keys
from engine.metamodel.definitions import Node
from engine.metamodel.model import ObjectModel
from engine.metamodel.model.effects import FindRecords, RemoveRecords, UpdateRecords
from engine.rules import Expression


def update_records(node: Node, desk: Desk) -> UpdateRecords | None:
    """Compile a change of all records that fit."""
    object, where = _rows("update", node, desk)
    if object is None or where is None:
        return None
    row = desk.knowing(item=desk.expressions.world.record(object.name))
    return UpdateRecords(object.name, where, row.values(node.get("set"), object))


def remove_records(node: Node, desk: Desk) -> RemoveRecords | None:
    """Compile the removal of all records that fit."""
    object, where = _rows("remove", node, desk)
    if object is not None and not object.recycles:
        desk.complain("no_recycle", node.get("remove"), object=object.name)
    return RemoveRecords(object.name, where) if object is not None and where is not None else None


def find_records(node: Node, desk: Desk) -> FindRecords | None:
    """Compile a search whose result bears a name."""
    object = desk.bench.object(node.get("find"))
    if not node.has("as"):
        desk.complain("missing_key", node.get("find").key_span, key="as", where="find")
    if object is None:
        return None
    row = desk.knowing(item=desk.expressions.world.record(object.name))
    sort = sort_keys(node.get("sort"), object, desk.bench)
    return FindRecords(object.name, node.text("as"), row.condition(node.get("where")), sort, node.flag("first"))


def _rows(verb: str, node: Node, desk: Desk) -> tuple[ObjectModel | None, Expression | None]:
    object = desk.bench.object(node.get(verb))
    if not node.has("where"):
        desk.complain("missing_key", node.get(verb).key_span, key="where", where=verb)
    if object is None:
        return None, None
    row = desk.knowing(item=desk.expressions.world.record(object.name))
    return object, row.condition(node.get("where"))
