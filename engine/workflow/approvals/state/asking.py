"""Questions about a task (T6): somebody is asked and answers; the task stays where it is, its clock goes on."""

from __future__ import annotations

from collections.abc import Sequence

from engine.workflow.approvals.state.core import Core
from engine.workflow.approvals.state.tree import Held
from engine.workflow.approvals.state.world import EndedTask, NewTask, Notice


def ask(core: Core, held: Held, by: str, users: Sequence[str], text: str) -> None:
    """Ask people; each gets an entry to answer."""
    node, slot = held.node, held.slot
    core.log.tell("asked", node.step, visit=node.visit, task=slot.task, actor=by, comment=text, people=list(users))
    for user in users:
        id = core.world.new_id()
        core.state.questions.append([id, slot.task, by, node.step, str(node.visit)])
        # no voice of the step: slot 0
        core.log.new[id] = NewTask(id, node.step, node.visit, 0, "question", user, user, "open")
        core.log.notices.append(Notice("ask", (user,), id, node.step))


def answer(core: Core, id: str, by: str, text: str) -> str | None:
    """Answer a question; return the task it was about, or None when it is no longer open."""
    found = next((question for question in core.state.questions if question[0] == id), None)
    if found is None:
        return None
    _, about, asker, step, visit = found
    core.state.questions.remove(found)
    core.log.end(EndedTask(id, "decided", "answer", by, reason="person", comment=text))
    core.log.tell("answered", step, visit=int(visit), task=about, actor=by, comment=text)
    core.log.notices.append(Notice("answer", (asker,), about, step))
    return about


def drop_questions(core: Core, reason: str) -> None:
    """Close every question that nobody needs to answer any more."""
    for id, *_ in core.state.questions:
        core.log.end(EndedTask(id, "void", reason=reason))
    core.state.questions = []
