"""One rule on many records: in chunks, each record once, and one that fails does not hold the others."""

from __future__ import annotations

from engine.kernel.errors import TesseraError, Unavailable
from engine.kernel.names import RecordRef
from engine.metamodel.model.automation import AutomationModel
from engine.records import RecordService, Unit
from engine.storage import Incident, note_incident
from engine.storage.rule_rows import note_occurrence
from engine.workflow.automations.running import Occasion, Runner
from engine.workflow.finding import Search, find_rows

MOST_RECORDS = 10_000


class Many:
    """Runs rules on records that a condition chooses."""

    chunk = 100

    def __init__(self, records: RecordService, runner: Runner) -> None:
        self._records, self._runner = records, runner

    def alone(self, unit: Unit, rule: AutomationModel, occasion: Occasion) -> None:
        """Run a rule that chooses no records, once."""
        self._safely(unit, rule, None, occasion)

    def chosen(self, unit: Unit, rule: AutomationModel, occasion: Occasion, occurrence: str) -> bool:
        """Run a rule on the next records that its condition chooses; tell whether that were all."""
        names = {"params": unit.model.param_values(), "event": occasion.event, "actor": None}
        rows = find_rows(unit, Search(rule.object, rule.where, MOST_RECORDS), names, "record")
        went = 0
        for row in rows:
            went += self.one(unit, rule, RecordRef(rule.object, row["id"]), occasion, occurrence)
            if went >= self.chunk:
                return False
        return True

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
