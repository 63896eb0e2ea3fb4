"""What may come next while a rule is written, said with the labels of the model."""

from __future__ import annotations

from dataclasses import dataclass

from engine.metamodel.model import TenantModel
from engine.rules import StoredRule
from engine.rules.completion import Choice, complete
from engine.rules.examples import EXAMPLES
from engine.rules.reference import function_help

MOST = 200


@dataclass(frozen=True, slots=True)
class Hint:
    """``tells`` is the label of a field or how a function is called; ``type`` what it is; ``help`` says more."""

    text: str
    kind: str
    tells: str
    type: str = ""
    help: str = ""


def hints_for(rule: StoredRule, before: str, model: TenantModel, language: str, *, cell: bool) -> tuple[Hint, ...]:
    """Return what may stand at the end of ``before``."""
    return tuple(_hint(one, rule, model, language) for one in complete(before, rule.names, cell=cell)[:MOST])


def _hint(choice: Choice, rule: StoredRule, model: TenantModel, language: str) -> Hint:
    if choice.kind == "function":
        told = function_help(choice.text)
        example = next(iter(EXAMPLES.get(choice.text, ())), "")
        return Hint(choice.text, "function", choice.tells, "", f"{told.says}\n{example}" if told else example)
    if choice.kind == "word":
        return Hint(choice.text, "word", "")
    owner = model.objects.get(choice.owner or rule.over)
    field = owner.fields.get(choice.text) if owner is not None else None
    title = field.title.in_language(language) if field is not None else ""
    type_ = choice.type.in_language(language) if choice.type is not None else choice.tells
    return Hint(choice.text, "field", title, type_)
