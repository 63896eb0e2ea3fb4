"""One rule on many records: in chunks, each record once, and one that fails does not hold the others."""

from __future__ import annotations

from engine.kernel.errors import TesseraError, Unavailable
from engine.kernel.names import RecordRef, new_record_id
from engine.metamodel.model.automation import AutomationModel
from engine.records import RecordService, Unit
from engine.storage import Incident, note_incident
from engine.storage.rule_rows import drop_run_place, keep_run_place, note_occurrence, run_place
from engine.workflow.automations.running import Occasion, Runner
from engine.workflow.finding import next_portion, portion_behind


class Many:
    """Runs rules on records that a condition chooses."""

    chunk = 100

    def __init__(self, records: RecordService, runner: Runner) -> None:
        self._records, self._runner = records, runner

    def alone(self, unit: Unit, rule: AutomationModel, occasion: Occasion) -> None:
        """Run a rule that chooses no records, once."""
        self._safely(unit, rule, None, occasion)

    def chosen(self, unit: Unit, rule: AutomationModel, occasion: Occasion, occurrence: str) -> bool:
        """Run a rule on the next records that its condition chooses; tell whether these were the last.

        A run goes through the records by their ids and keeps its place, so that it ends however many there are;
        those that come to be on the way have their turn next time (ids rise).
        """
        names = {"params": unit.model.param_values(), "event": occasion.event, "actor": None}
        until, behind = run_place(unit.session, rule.name, occurrence) or (new_record_id(), "")
        portion = portion_behind(unit, rule.object, rule.where, names, behind, self.chunk)
        while not portion.rows and portion.after is not None:
            portion = next_portion(unit, rule.object, rule.where, names, portion.after, self.chunk)
        rows = [row for row in portion.rows if row["id"] < until]
        for row in rows:
            self.one(unit, rule, RecordRef(rule.object, row["id"]), occasion, occurrence)
        if portion.after is None or len(rows) < len(portion.rows):
            drop_run_place(unit.session, rule.name)
            return True
        keep_run_place(unit.session, rule.name, occurrence, (until, rows[-1]["id"]), unit.now)
        return False

    def one(self, unit: Unit, rule: AutomationModel, record: RecordRef, occasion: Occasion, occurrence: str) -> bool:
        """Run a rule on one record, if it did not for this occurrence; tell whether it was its turn."""
        if not note_occurrence(unit.session, rule.name, record.id, occurrence, unit.now):
            return False
        own = Occasion(
            key=f"{occasion.key}/{record.id}",
            event=occasion.event,
            item=occasion.item,
            asks_where=occasion.asks_where,
        )
        self._safely(unit, rule, record, own)
        return True

    def _safely(self, unit: Unit, rule: AutomationModel, record: RecordRef | None, occasion: Occasion) -> None:
        # each record has a chain of its own
        unit.chain.id = ""
        unit.chain.acted.clear()
        try:
            with unit.part():
                self._runner.run(unit, rule, record, occasion)
                unit.settle()
        except Unavailable:
            raise
        except TesseraError as error:
            at = record or RecordRef(rule.object, "")
            found = Incident("automation", rule.name, at.object, at.id, error.code, str(error), unit.chain.id)
            note_incident(unit.session, found, unit.now)
