"""Approvals: the work centre, the panel of a process, and the dialogs of its commands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal, InvalidOperation
from typing import Any

from flask import Response

from engine.kernel.errors import Malformed, Missing, TesseraError
from engine.metamodel.model.approval import ApprovalModel
from engine.metamodel.model.steps import ApproveStep, HandleStep
from engine.records import Choice
from engine.ui.door import Call, Route, Toast, own_address
from engine.ui.problems import status_of
from engine.ui.screens.approving import AT_ONCE, ProcessScreen, StartAct, build_process, build_starts
from engine.ui.screens.deciding import GIVEN, Wish, build_wish
from engine.ui.screens.inbox import InboxFacts, build_inbox, count_text, results_of
from engine.ui.views.saving import read_posted
from engine.workflow.approvals.commands.bulk import Bulk
from engine.workflow.approvals.reading.inbox import LISTS
from engine.workflow.approvals.state.tree import all_steps

_PAGE = 20
_TASKS = 12
_FORMED = ("approve", "done")


# -- the work centre ---------------------------------------------------------------------------------------------------


def show_inbox(call: Call) -> Response:
    """Draw one of the four lists."""
    return _inbox(call)


def show_badge(call: Call) -> Response:
    """Draw how much waits, or nothing when that is what the page shows."""
    call.request.environ["tessera.quiet"] = True
    text = count_text(call.services.approvals.inbox.count(call.context))
    if call.argument("n") == (text or "0"):
        return Response(status=204)
    return call.fragment("fragments/badge", count=text)


def decide_many(call: Call) -> Response:
    """Decide the marked tasks, each by itself; what could not be done is told with its reason."""
    form, desk = call.form, call.desk
    tasks = [id for id in form.many("task") if id]
    verb = form.one("_do") or ""
    if not tasks:
        return call.go(form.one("_back") or "/work", Toast(desk.say("flow.none_marked")))
    bulk = Bulk(tasks, verb, (form.one("_comment") or "").strip() or None)
    try:
        found = call.services.approvals.bulk(call.context, bulk)
    except TesseraError as error:
        lines = tuple(one.message(desk.words.language) for one in error.complaints)
        return _inbox(call, (desk.say("flow.not_together"), *lines), status_of(error))
    failed = results_of(desk, found)
    done = desk.say("flow.many_done", n=len(found) - len(failed), all=len(found))
    if failed:
        return _inbox(call, (done, *failed))
    return call.go(form.one("_back") or "/work", Toast(done))


def read_copy(call: Call) -> Response:
    """Mark a copy as read."""
    call.services.approvals.inbox.read_copy(call.context, call.place["id"])
    return call.go(call.form.one("_back") or "/work?list=copied")


def find_people(call: Call) -> Response:
    """Draw the people that fit what was typed."""
    text = (call.form.one("q") or call.argument("q")).strip()
    found = call.services.approvals.inbox.people(call.context, text)
    choices = [Choice(id, f"{name} ({login})") for id, name, login in found]
    return call.fragment("fragments/choices", choices=choices, text=text, icon="user", create="", create_href="")


# -- a process ---------------------------------------------------------------------------------------------------------


def show_process(call: Call) -> Response:
    """Draw a process with its record in the form of the step, its path and its timeline; old rows of it on demand."""
    archived = call.argument("archived") == "true"
    instance = call.services.approvals.instances.get(call.context, call.place["id"], archived=archived)
    return call.page("flow", build_process(call.desk, instance, _tasks(call, instance), whole=True))


def processes_of(call: Call, object: str, id: str) -> tuple[tuple[ProcessScreen, ...], tuple[StartAct, ...]]:
    """Return the open processes of a record, else its latest one, and what may be started on it."""
    if not any(flow.object == object for flow in call.desk.model.approvals.values()):
        return (), ()
    instances = call.services.approvals.instances
    found = instances.of_record(call.context, object, id)
    items = [one for one in found["items"] if one["parent"] is None]
    shown = [one for one in items if one["closed_at"] is None]
    shown = shown or sorted(items, key=lambda one: str(one["id"]))[-1:]
    screens = []
    for one in shown:
        instance = instances.get(call.context, str(one["id"]))
        screens.append(build_process(call.desk, instance, _tasks(call, instance)))
    return tuple(screens), build_starts(call.desk, found, object, id)


def ask_task(call: Call) -> Response:
    """Draw the dialog before a command on a task."""
    return _asked(call, _task_wish(call))


def act_on_task(call: Call) -> Response:
    """Carry out a command on a task; a refusal comes back in words, with everything that was typed."""
    verb, id = call.place["verb"], call.place["id"]
    if verb in AT_ONCE:
        row = call.services.approvals.on_task(call.context, id, verb, _plain(call))
        return _after(call, verb, row.id)
    try:
        wish = _task_wish(call)
        given = _given(call, wish)
        row = call.services.approvals.on_task(call.context, id, verb, given)
    except Missing:
        raise
    except TesseraError as error:
        return _asked(call, _typed(call, _task_wish(call)), error)
    return _after(call, verb, row.id)


def ask_process(call: Call) -> Response:
    """Draw the dialog before a command on a process."""
    return _asked(call, _process_wish(call))


def act_on_process(call: Call) -> Response:
    """Carry out a command on a process."""
    verb, id = call.place["verb"], call.place["id"]
    try:
        given = _plain(call) if verb in AT_ONCE else _given(call, _process_wish(call))
        row = call.services.approvals.on_instance(call.context, id, verb, given)
    except Missing:
        raise
    except TesseraError as error:
        return _asked(call, _typed(call, _process_wish(call)), error)
    return _after(call, verb, row.id)


def ask_start(call: Call) -> Response:
    """Draw the path that an approval would take, and who must be chosen for it."""
    return _asked(call, _start_wish(call))


def start(call: Call) -> Response:
    """Start an approval on a record, or only draw the path that what was typed would lead to."""
    place = call.place
    if call.form.one("_do") == "path":
        return _asked(call, _typed(call, _start_wish(call)))
    try:
        wish = _start_wish(call)
        given = _given(call, wish)
        if wish.seen:
            given["version"] = int(call.form.number("_seen") or wish.seen)
            given.pop("seen", None)
        row = call.services.approvals.start(call.context, place["object"], place["id"], place["flow"], given)
    except Missing:
        raise
    except TesseraError as error:
        return _asked(call, _typed(call, _start_wish(call)), error)
    return _after(call, "start", row.id)


# ----------------------------------------------------------------------------------------------------------------------


def _inbox(call: Call, results: tuple[str, ...] = (), status: int = 200) -> Response:
    name = call.argument("list") if call.argument("list") in LISTS else "todo"
    flow, text = call.argument("flow"), call.argument("text").strip()
    inbox = call.services.approvals.inbox
    page = inbox.page(call.context, name, flow, call.argument("after"), _PAGE, text)
    facts = InboxFacts(name, flow, text, page, inbox.count(call.context))
    return call.page("inbox", build_inbox(call.desk, facts, results), status)


def _tasks(call: Call, instance: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    """Return the live tasks with what the reader may do with them, his own first."""
    user = call.context.actor.user
    live = [one for one in instance["tasks"] if one["closed_at"] is None]

    def strange(one: Mapping[str, Any]) -> bool:
        return not any(who and who["id"] == user for who in (one["assignee"], one["principal"]))

    chosen = sorted(live, key=strange)[:_TASKS]
    return [call.services.approvals.instances.task(call.context, str(one["id"])) for one in chosen]


def _task_wish(call: Call) -> Wish:
    verb, id = call.place["verb"], call.place["id"]
    task = call.services.approvals.instances.task(call.context, id)
    instance = task["instance"]
    allowed = next((one for one in task["allowed"] if one.verb == verb), None)
    form = task["form"]
    writes = sorted({*form["write"], *form["require"]}) if verb in (*_FORMED, "save", "resubmit") else ()
    names = {str(who["id"]): str(who["name"]) for who in (task["assignee"], task["principal"]) if who}
    if verb == "remove":
        whole = call.services.approvals.instances.get(call.context, str(instance["id"]))
        names |= {str(one["assignee"]["id"]): one["assignee"]["name"] for one in whole["tasks"] if one["assignee"]}
    draft = task["draft"] or {}
    return Wish(
        verb,
        str(instance["title"] or ""),
        f"/work/tasks/{id}/{verb}",
        _back(call, str(instance["id"])),
        str(instance["object"]),
        str(instance["flow"]),
        allowed,
        writes,
        {**(task["record"] or {}), **(draft.get("values") or {})},
        str(task["seen"]),
        people=names,
        picks=[{"step": one["step"], "certain": True} for one in allowed.targets] if allowed and verb == "pick" else (),
        typed={"_comment": str(draft.get("comment") or "")},
        outputs=form["output"] if verb == "approve" else {},
    )


def _process_wish(call: Call) -> Wish:
    verb, id = call.place["verb"], call.place["id"]
    instance = call.services.approvals.instances.get(call.context, id)
    flow = call.desk.model.approvals.get(str(instance["flow"]))
    allowed = next((one for one in instance["allowed"] if one.verb == verb), None)
    writes: Sequence[str] = ()
    values: Mapping[str, Any] = {}
    steps: Sequence[str] = ()
    if flow is not None and verb in ("resubmit", "override"):
        patch = instance["patch"] or {}
        writes = sorted(flow.subject.resubmit | set(patch) if verb == "resubmit" else flow.subject.material)
        values = {**call.services.records.get(call.context, flow.object, str(instance["record"])).values, **patch}
    if flow is not None and verb == "jump":
        steps = [step.id for step in all_steps(flow.steps) if isinstance(step, (ApproveStep, HandleStep))]
    title, back = str(instance["title"] or ""), _back(call, id)
    action = f"/work/flow/{id}/{verb}"
    return Wish(
        verb, title, action, back, str(instance["object"]), str(instance["flow"]), allowed, writes, values, steps=steps
    )


def _start_wish(call: Call) -> Wish:
    place = call.place
    object, id, name = place["object"], place["id"], place["flow"]
    flow = call.desk.model.approvals.get(name)
    writes, values, proposed = _proposal(call, flow) if flow is not None and flow.object == object else ((), {}, {})
    found = call.services.approvals.predict(call.context, object, id, name, {"values": proposed})
    flow = call.desk.model.approvals[name]
    return Wish(
        "start",
        call.desk.title(flow.title) or name,
        f"/o/{object}/{id}/approve/{name}",
        own_address(call.form.one("_back") or f"/o/{object}/{id}"),
        object,
        name,
        writes=writes,
        values=values,
        seen=str(found["version"] or ""),
        picks=found["picks"],
        path=found["path"],
        proposed=proposed,
    )


def _proposal(call: Call, flow: ApprovalModel) -> tuple[Sequence[str], Mapping[str, Any], Mapping[str, Any]]:
    """Return the fields that an approval in change mode lets one propose, what is in force, and what differs so far."""
    if flow.subject.mode != "change":
        return (), {}, {}
    object = call.desk.model.objects[flow.object]
    wanted = flow.subject.material | flow.subject.resubmit | flow.subject.always
    writes = [
        name
        for name, field in object.fields.items()
        if (name in wanted if wanted else not field.system) and not field.computed and field.type != "lines"
    ]
    values = call.services.records.get(call.context, object.name, call.place["id"]).values
    writes = [name for name in writes if name in values]
    if call.request.method != "POST":
        return writes, values, {}
    posted = read_posted(call, object, keeping=False).input
    proposed = {name: posted[name] for name in writes if name in posted and not _same(values[name], posted[name])}
    return writes, values, proposed


def _same(now: Any, posted: Any) -> bool:
    """Tell whether what was posted for a field is what it holds."""
    if posted in (None, "", []) or now in (None, "", [], ()):
        return posted in (None, "", []) and now in (None, "", [], ())
    if isinstance(now, Decimal):
        try:
            return now == Decimal(str(posted))
        except InvalidOperation:
            return False
    if isinstance(now, list | tuple):
        return [str(getattr(one, "id", one)) for one in now] == [str(one) for one in posted]
    return str(getattr(now, "id", now)) == str(posted)


def _back(call: Call, instance: str) -> str:
    return own_address(call.form.one("_back") or call.argument("back") or f"/work/flow/{instance}")


def _plain(call: Call) -> dict[str, Any]:
    comment = (call.form.one("_comment") or "").strip()
    return {"comment": comment} if comment else {}


def _given(call: Call, wish: Wish) -> dict[str, Any]:
    """Return what was posted in the words of the service."""
    form, given = call.form, _plain(call)
    to = [one for one in form.many("_to") if one]
    if not to and (form.one("_to.text") or "").strip():
        to = [(form.one("_to.text") or "").strip()]
    if to:
        given["to"] = to[0] if wish.verb in ("return", "jump") else to
    for name in ("how", "person", "signature"):
        value = (form.one(f"_{name}") or "").strip()
        if value:
            given[name] = value
    picks = {str(one["step"]): [who for who in form.many(f"_pick.{one['step']}") if who] for one in wish.picks}
    if any(picks.values()):
        given["picks"] = {step: who for step, who in picks.items() if who}
    if wish.verb in ("approve", "reject", "done", "return", "abstain", "decline") and form.one("_seen"):
        given["seen"] = form.one("_seen")
    output = {name: _output(type, form.one(f"{GIVEN}{name}")) for name, type in wish.outputs.items()}
    if any(value is not None for value in output.values()):
        given["output"] = {name: value for name, value in output.items() if value is not None}
    values = wish.proposed if wish.verb == "start" else _values(call, wish)
    if values:
        given["values"] = values
    return given


def _output(type: str, text: str | None) -> Any:
    """Return what was typed for a value that deciders give, as the service reads its type; None for nothing."""
    typed = (text or "").strip()
    if not typed:
        return None
    if type == "boolean":
        return typed == "true"
    return typed.replace(",", "") if type == "number" else typed


def _values(call: Call, wish: Wish) -> dict[str, Any]:
    if not wish.writes:
        return {}
    posted = read_posted(call, call.desk.model.objects[wish.object])
    if posted.complaints:
        raise Malformed("form_unreadable", why="; ".join(one.path for one in posted.complaints))
    found = {name: value for name, value in posted.input.items() if name in wish.writes}
    return {name: value for name, value in found.items() if value not in (None, "") or wish.values.get(name)}


def _typed(call: Call, wish: Wish) -> Wish:
    names = ("_comment", "_signature", "_to", "_how", "_person", *(f"{GIVEN}{name}" for name in wish.outputs))
    typed = {name: text for name in names if (text := call.form.one(name))}
    kept: Mapping[str, Any] = {}
    if wish.writes:
        kept = read_posted(call, call.desk.model.objects[wish.object], keeping=False).kept
    return replace(wish, typed=typed, values={**wish.values, **kept})


def _asked(call: Call, wish: Wish, error: TesseraError | None = None) -> Response:
    status = 200 if error is None else status_of(error)
    screen = build_wish(call.desk, wish, error)
    if call.by_htmx:
        return call.fragment("fragments/ask", status, s=screen, back_to=wish.back)
    return call.page("ask", screen, status, back_to=wish.back)


def _after(call: Call, verb: str, instance: str) -> Response:
    said = f"flow.said.{verb}"
    words = call.desk.words
    text = words.say(said) if words.has(said) else words.say("flow.said")
    return call.go(call.form.one("_back") or f"/work/flow/{instance}", Toast(text))


ROUTES = (
    Route("GET", "/work", show_inbox),
    Route("GET", "/work/badge", show_badge, "watch"),
    Route("POST", "/work", decide_many),
    Route("POST", "/work/copies/<id>", read_copy),
    Route("GET", "/work/people", find_people),
    Route("POST", "/work/people", find_people, looks=True),
    Route("GET", "/work/flow/<id>", show_process),
    Route("GET", "/work/flow/<id>/<verb>", ask_process),
    Route("POST", "/work/flow/<id>/<verb>", act_on_process),
    Route("GET", "/work/tasks/<id>/<verb>", ask_task),
    Route("POST", "/work/tasks/<id>/<verb>", act_on_task),
    Route("GET", "/o/<object>/<id>/approve/<flow>", ask_start),
    Route("POST", "/o/<object>/<id>/approve/<flow>", start),
)
