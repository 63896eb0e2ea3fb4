"""Approvals over REST: tasks and their commands, instances, the path before submission, substitutions, versions."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from datetime import timedelta
from typing import Any

from werkzeug.wrappers import Response

from engine.api.answers import JSON, answer, to_bytes
from engine.api.command_bodies import BULK, CLOSE, INSTANCE, MIGRATE, START, SUBSTITUTE, TASK, require_shape
from engine.api.once import KEY_HEADER, require_key
from engine.api.parameters import truth, whole_number
from engine.api.problems import draw_parts
from engine.api.routing import Call
from engine.kernel.errors import Missing, Refused, TesseraError
from engine.kernel.text import LocalText
from engine.records import Once, StoredAnswer
from engine.storage.process_rows import InstanceRow
from engine.workflow.approvals.commands.bulk import Bulk

LIST = ("list", "flow", "after", "limit", "text")
WHOLE = ("archived",)
KEYS_LIVE = timedelta(days=7)
_LABELS: Mapping[str, tuple[str, str]] = {
    "approve": ("同意", "Approve"),
    "reject": ("拒绝", "Reject"),
    "abstain": ("弃权", "Abstain"),
    "return": ("退回", "Return"),
    "done": ("完成", "Done"),
    "decline": ("不接受", "Decline"),
    "claim": ("认领", "Claim"),
    "release": ("放回", "Release"),
    "transfer": ("转交", "Hand over"),
    "delegate": ("征求意见", "Ask for an opinion"),
    "recall": ("收回", "Take back"),
    "add": ("加签", "Add signers"),
    "remove": ("减签", "Remove a signer"),
    "ask": ("提问", "Ask"),
    "answer": ("回复", "Answer"),
    "comment": ("评论", "Comment"),
    "copy": ("抄送", "Send a copy"),
    "save": ("暂存", "Save for later"),
    "retract": ("收回审批", "Take the decision back"),
    "reassign": ("改派", "Reassign"),
    "pick": ("选择人员", "Choose people"),
    "resubmit": ("重新提交", "Submit again"),
    "withdraw": ("撤回", "Withdraw"),
    "urge": ("催办", "Urge"),
    "cancel": ("终止", "Cancel"),
    "suspend": ("挂起", "Suspend"),
    "resume": ("恢复", "Resume"),
    "jump": ("跳转", "Jump"),
    "override": ("强制修改", "Override"),
    "retry": ("重试", "Try again"),
}


# -- tasks -------------------------------------------------------------------------------------------------------------


def list_tasks(call: Call) -> Response:
    """Answer a page of one of the four lists: todo, done, mine, copied."""
    given = call.parameters
    limit = whole_number(given, "limit", 20, 200)
    name = given.get("list", "todo")
    page = call.services.approvals.inbox.page(
        call.context, name, given.get("flow", ""), given.get("after", ""), limit, given.get("text", "")
    )
    return answer(drawn(call, page))


def count_tasks(call: Call) -> Response:
    """Answer how many tasks wait for the caller."""
    return answer(call.services.approvals.inbox.count(call.context))


def show_task(call: Call) -> Response:
    """Answer a task with what the caller may do, and the record in the form of its step."""
    return answer(drawn(call, call.services.approvals.instances.task(call.context, call.place["id"])))


def act_on_task(call: Call) -> Response:
    """Carry out a command on a task."""
    service, place = call.services.approvals, call.place
    return command(
        call, lambda: service.on_task(call.context, place["id"], place["verb"], require_shape(call.body, TASK))
    )


def act_on_tasks(call: Call) -> Response:
    """Decide many tasks of one step, each by itself."""
    body = require_shape(call.body, BULK)
    key = call.header(KEY_HEADER) or ""
    if key:
        require_key(key)
    tasks = [str(task) for task in body.get("tasks") or ()]
    bulk = Bulk(tasks, str(body.get("verb") or ""), body.get("comment"), body.get("seen") or {}, key)
    found = []
    for one in call.services.approvals.bulk(call.context, bulk):
        entry = {name: value for name, value in one.items() if name != "error"}
        error = one.get("error")
        if isinstance(error, TesseraError):
            entry["message"] = error.message(call.context.language)
            entry["errors"] = draw_parts(error, call.context.language)
        found.append(entry)
    done = sum(1 for one in found if one["done"])
    return answer({"done": done, "failed": len(found) - done, "items": found})


def read_copy(call: Call) -> Response:
    """Note that the caller read a copy."""
    call.services.approvals.inbox.read_copy(call.context, call.place["id"])
    return Response(status=204)


# -- instances ---------------------------------------------------------------------------------------------------------


def record_approvals(call: Call) -> Response:
    """Answer the instances of a record and what may be started on it."""
    found = call.services.approvals.instances.of_record(call.context, call.place["object"], call.place["id"])
    return answer(drawn(call, found))


def start_approval(call: Call) -> Response:
    """Start an approval on a record."""
    service, place = call.services.approvals, call.place
    return command(
        call,
        lambda: service.start(
            call.context, place["object"], place["id"], place["approval"], require_shape(call.body, START)
        ),
        201,
    )


def predict_approval(call: Call) -> Response:
    """Answer the path that an approval would take; nothing is written."""
    place, given = call.place, require_shape(call.body, START)
    found = call.services.approvals.predict(call.context, place["object"], place["id"], place["approval"], given)
    return answer(drawn(call, found))


def show_instance(call: Call) -> Response:
    """Answer an instance with its timeline and its diagram; ``archived=true`` brings the whole timeline."""
    archived = truth(call.parameters, "archived")
    return answer(drawn(call, call.services.approvals.instances.get(call.context, call.place["id"], archived=archived)))


def instance_sheet(call: Call) -> Response:
    """Answer what is printed of an instance."""
    return answer(drawn(call, call.services.approvals.instances.sheet(call.context, call.place["id"])))


def act_on_instance(call: Call) -> Response:
    """Carry out a command on an instance."""
    service, place = call.services.approvals, call.place
    return command(
        call, lambda: service.on_instance(call.context, place["id"], place["verb"], require_shape(call.body, INSTANCE))
    )


# -- substitutions and versions ----------------------------------------------------------------------------------------


def list_substitutions(call: Call) -> Response:
    """Answer the substitutions that concern the caller."""
    return answer({"items": drawn(call, call.services.approvals.substitutions.list(call.context))})


def add_substitution(call: Call) -> Response:
    """Arrange a substitution."""
    return answer(
        drawn(call, call.services.approvals.substitutions.create(call.context, require_shape(call.body, SUBSTITUTE))),
        201,
    )


def end_substitution(call: Call) -> Response:
    """End a substitution now."""
    call.services.approvals.substitutions.end(call.context, call.place["id"])
    return Response(status=204)


def list_flows(call: Call) -> Response:
    """Answer the approvals of the tenant."""
    return answer({"items": drawn(call, call.services.approvals.versions.all(call.context))})


def list_versions(call: Call) -> Response:
    """Answer the versions of an approval with how many open instances use each."""
    return answer({"items": drawn(call, call.services.approvals.versions.of(call.context, call.place["flow"]))})


def migrate_flow(call: Call) -> Response:
    """Move open instances to a version; ``dry_run`` only tells."""
    _require_flow_admin(call)
    body = require_shape(call.body, MIGRATE)
    instances = [str(id) for id in body.get("instances") or ()]
    steps = {str(old): str(new) for old, new in (body.get("map") or {}).items()}
    found = call.services.approvals.versions.migrate(
        call.context,
        call.place["flow"],
        int(body.get("version") or 0),
        steps,
        instances,
        dry_run=bool(body.get("dry_run")),
    )
    return answer(found)


def close_version(call: Call) -> Response:
    """Let a version take no new cases, or take them again."""
    _require_flow_admin(call)
    closed = bool(require_shape(call.body, CLOSE).get("closed", True))
    call.services.approvals.versions.set_closed(
        call.context, call.place["flow"], _number(call.place["version"]), closed
    )
    return Response(status=204)


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 9):
        raise Missing("no_such_address")
    return int(text)


def _require_flow_admin(call: Call) -> None:
    actor = call.context.actor
    if not actor.administrator and "flow_admin" not in actor.roles:
        raise Refused("forbidden")


# ----------------------------------------------------------------------------------------------------------------------


def command(call: Call, act: Callable[[], InstanceRow], status: int = 200) -> Response:
    """Carry out a command at most once per key, whatever its address: a key is good for one command (K3)."""
    key = call.header(KEY_HEADER)
    if key is None:
        return Response(to_bytes(told(call, act())), status, content_type=JSON)
    require_key(key)
    digest = hashlib.sha256(b"\x00".join((call.request.path.encode(), call.raw))).hexdigest()
    once = Once(key, "process", digest, KEYS_LIVE, "key_reused")

    def answered(row: InstanceRow) -> StoredAnswer:
        return StoredAnswer(status, to_bytes(told(call, row)).decode(), {})

    stored = call.services.records.run_once(call.context, once, act, answered)
    headers = {"Idempotency-Replayed": "true"} if stored.replayed else {}
    return Response(stored.body, stored.status, headers, content_type=JSON)


def told(call: Call, row: InstanceRow) -> dict[str, Any]:
    """Return what a command is answered with."""
    return {
        "instance": row.id,
        "status": row.status,
        "outcome": row.outcome,
        "reason": row.reason,
        "round": row.round,
        "seq": row.seq,
        "incident": row.incident,
        "version": row.version,
    }


def drawn(call: Call, value: Any) -> Any:
    """Return a value for JSON: labels in the caller's language, what is allowed with its label."""
    language = call.context.language
    if isinstance(value, LocalText):
        return value.in_language(language)
    if is_dataclass(value) and not isinstance(value, type) and hasattr(value, "verb"):
        made = {each.name: drawn(call, getattr(value, each.name)) for each in fields(value)}
        zh, en = _LABELS.get(made["verb"], (made["verb"], made["verb"]))
        made["label"] = zh if language.startswith("zh") else en
        return made
    if isinstance(value, Mapping):
        return {name: drawn(call, inner) for name, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [drawn(call, inner) for inner in value]
    return value
