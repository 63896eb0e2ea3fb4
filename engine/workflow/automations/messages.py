"""Messages from outside against the patterns of rules: the first that fits takes it (A11)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from engine.kernel.context import Context
from engine.kernel.names import RecordRef, new_record_id
from engine.metamodel.model import TenantModel
from engine.metamodel.model.automation import AutomationModel, OnMessage, OnWebhook
from engine.records import RecordService, Unit
from engine.workflow.automations.matching import in_order
from engine.workflow.automations.patterns import fitting
from engine.workflow.automations.running import Occasion, Runner
from engine.workflow.finding import Search, find_rows


@dataclass(frozen=True, slots=True)
class Message:
    """A short message: who sent it, and what it says. ``key`` is the gateway's id of it."""

    sender: str
    text: str
    key: str = ""


class Messages:
    """Lets rules act on messages and on calls from outside."""

    def __init__(self, records: RecordService, runner: Runner) -> None:
        self._records, self._runner = records, runner

    def take(self, ctx: Context, message: Message) -> str | None:
        """Let the first rule act whose pattern fits and that finds its record; return its name, or None."""
        model = self._records.model(ctx)
        for rule in message_rules(model):
            assert isinstance(rule.on, OnMessage)
            args = fitting(rule.on, message.text)
            if args is None:
                continue
            data = {"sender": message.sender, "text": message.text, "args": args}
            if self._records.command(ctx, partial(self._run, rule=rule, data=data, key=message.key)):
                return rule.name
        return None

    def called(self, ctx: Context, name: str, data: Mapping[str, Any], key: str = "") -> int:
        """Let the rules act that a call from outside names; return how many acted."""
        rules = in_order(
            [
                rule
                for rule in self._records.model(ctx).automations.values()
                if rule.enabled and isinstance(rule.on, OnWebhook) and rule.on.name == name
            ]
        )
        return sum(self._records.command(ctx, partial(self._run, rule=rule, data=data, key=key)) for rule in rules)

    def known_forms(self, model: TenantModel) -> tuple[str, ...]:
        """Return the patterns that a message may have, for the reply to one that fits none."""
        return tuple(rule.on.pattern for rule in message_rules(model) if isinstance(rule.on, OnMessage))

    def _run(self, unit: Unit, rule: AutomationModel, data: Mapping[str, Any], key: str) -> bool:
        event = {"type": "message", "at": unit.now, "data": data}
        occasion = Occasion(key=f"rule/{rule.name}/{key or new_record_id()}", event=event, asks_where=True)
        if rule.where is None:
            return self._runner.run(unit, rule, None, occasion)
        names = {
            "event": event,
            "params": unit.model.param_values(),
            "actor": None if unit.ctx.actor.system else unit.policy.facts,
        }
        rows = find_rows(unit, Search(rule.object, rule.where, 1), names, "record")
        acted = False
        for row in rows[:1]:
            acted = self._runner.run(unit, rule, RecordRef(rule.object, row["id"]), occasion) or acted
        return acted


def message_rules(model: TenantModel) -> tuple[AutomationModel, ...]:
    """Return the rules that short messages raise, in their order."""
    rules = model.automations.values()
    return in_order([rule for rule in rules if rule.enabled and isinstance(rule.on, OnMessage)])
