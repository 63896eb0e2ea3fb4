"""The end of an instance: its outcome takes effect, the record is given free, a gate hears of it (X2, D5)."""

from __future__ import annotations

from engine.kernel.errors import TesseraError
from engine.metamodel.model.effects import Effect, SetFields
from engine.records import RecordService
from engine.storage.process_holds import Approved, add_submission, drop_hold, save_approved
from engine.workflow.approvals.commands.case import Case, elevated, given_values
from engine.workflow.approvals.kept_fields import REVISION, STALE, keep_field
from engine.workflow.approvals.state.core import Core
from engine.workflow.approvals.state.runtime import Human, Slot
from engine.workflow.approvals.state.world import NewTask, Notice
from engine.workflow.facts import flat

APPLY = "apply"


def close(case: Case, core: Core, records: RecordService) -> None:
    """Let the outcome take effect, in the transaction of the command that brought it about."""
    row, outcome = case.row, core.ended
    case.facts.outcome = outcome
    case.facts.renew()
    if outcome == "approved" and row.patch is not None and not _apply(case, core, records):
        return
    _take_effect(case, outcome)
    drop_hold(case.unit.session, row.id)
    row.status, row.outcome, row.reason = outcome, outcome, core.ended_because
    row.closed_at, row.place = case.unit.now, None
    if row.gate is not None and case.ports.gate_closed is not None:
        case.ports.gate_closed(case.unit, row, outcome)
    if case.ports.decided is not None:
        case.ports.decided(case.unit, row, outcome)
    if outcome == "approved":
        _stand(case)
    core.log.tell("closed", reason=core.ended_because, outcome=outcome)
    core.log.notices.append(Notice("closed", (row.submitter,)))


def _take_effect(case: Case, outcome: str) -> None:
    model = case.flow.outcomes.get(outcome)
    if model is None:
        return
    effects = (*([Effect(SetFields(model.set), path=f"outcome.{outcome}.set")] if model.set else []), *model.do)
    if effects:
        case.run(effects, f"{case.row.id}:outcome:{outcome}")


def _apply(case: Case, core: Core, records: RecordService) -> bool:
    """Apply the approved change as one normal save; when that fails the instance stays open, stuck (D6)."""
    row, unit = case.row, case.unit
    assert row.patch is not None
    values = {name: value for name, value in row.patch.items() if not name.startswith("!")}
    try:
        with unit.part(), unit.because(f"approval {row.id}"):
            records.update(elevated(unit.ctx), row.object, row.record, case.subject.version, values)
    except TesseraError as error:
        _stick(case, core, str(error))
        return False
    row.patch = None
    case.reread(case.reads)
    return True


def _stick(case: Case, core: Core, why: str) -> None:
    core.ended, core.ended_because = "", None
    admins = core.world.admins()
    one = admins[0] if len(admins) == 1 else ""
    slot = Slot(1, one, one, "open" if one else "ready", core.world.new_id(), admin=True)
    visit = core.visit(APPLY)
    case.state.closing = Human(APPLY, visit, [slot], any_of=True)
    core.log.new[slot.task] = NewTask(
        slot.task, APPLY, visit, 1, "admin", one or None, one or None, slot.state, () if one else admins
    )
    core.log.tell("incident", APPLY, visit=visit, task=slot.task, reason="apply_failed", detail=why[:500])
    core.log.notices.append(Notice("incident", admins, slot.task, APPLY))


def _stand(case: Case) -> None:
    """Note what was approved: the version, the material fields, and the subject as it is now."""
    row, session = case.row, case.unit.session
    subject = case.subject
    material = sorted(case.flow.subject.material)
    save_approved(session, Approved(row.object, row.record, row.slot, row.id, subject.version, material))
    kept = flat(given_values(subject.facts), case.unit.plans.of(row.object).lines)
    add_submission(session, row.id, 0, subject.version, kept, case.unit.now)
    keep_field(case.unit, row.object, row.record, REVISION, subject.version)
    keep_field(case.unit, row.object, row.record, STALE, False)
