"""What an installation will do, all of it, before it is done."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Any

from engine.access.duties import Breach
from engine.access.impact import Impact
from engine.kernel.context import Actor
from engine.metamodel import Layer, ModelChange, TenantModel, changes, migrations_between
from engine.storage import AuditEntry, Renames, SchemaPlan
from engine.tenancy.intents import Intent, Wanted, packs_of

TRAIL = "tessera_model"
_MOST_TOLD = 200


@dataclass(frozen=True, slots=True)
class InstallPlan:
    """Definitions that change, steps on the tables, data that would not fit, clashes with the tenant's own changes."""

    tenant: str
    intent: Intent
    present: tuple[Layer, ...]
    wanted: Wanted
    model: TenantModel
    changes: tuple[ModelChange, ...]
    schema: SchemaPlan
    impact: Impact = field(default_factory=Impact)
    breaches: tuple[Breach, ...] = ()

    @property
    def changes_nothing(self) -> bool:
        """Tell whether the tenant has all of this already."""
        same = _meaning(self.present) == _meaning(self.wanted.layers)
        return same and not self.schema.steps and self.schema.base.model > 0

    @property
    def fits(self) -> bool:
        """Tell whether the plan can be carried out as it stands."""
        return not self.schema.misfits and not self.wanted.undecided and not self.held_together

    @property
    def held_together(self) -> tuple[Breach, ...]:
        """What users would hold that separation of duties forbids; too few holders of a role is only told."""
        return tuple(one for one in self.breaches if one.login or one.most)

    def as_dict(self) -> dict[str, Any]:
        """Return the JSON form."""
        rebased = self.wanted.rebased
        return {
            "tenant": self.tenant,
            "packs": [{"name": layer.name, "version": layer.version} for layer in self.wanted.layers],
            "changes": [_change(change) for change in self.changes],
            **self.schema.as_dict(),
            "overlay": {
                "kept": [str(wish) for wish in rebased.kept] if rebased else [],
                "clashes": [
                    {"wish": str(clash.wish), "words": clash.words, "before": clash.before, "after": clash.after}
                    for clash in (rebased.clashed if rebased else ())
                ],
                "lost": [{"wish": str(lost.wish), "words": lost.words} for lost in (rebased.lost if rebased else ())],
                "undecided": [str(open_.wish) for open_ in self.wanted.undecided],
            },
            "access": {
                "rows": [asdict(one) for one in self.impact.rows],
                "rights": [
                    {**asdict(one), "fields": {name: list(pair) for name, pair in one.fields.items()}}
                    for one in self.impact.rights
                ],
                "left_off": self.impact.left_off,
                "duties": [asdict(one) for one in self.breaches],
            },
            "fits": self.fits,
        }


def entry_of(plan: InstallPlan, actor: Actor, note: str) -> AuditEntry:
    """Return what the trail is told of a plan that is carried out."""
    version = plan.schema.base.model + 1
    changed = [_change(change) for change in plan.changes][:_MOST_TOLD]
    told = {"note": [None, note], "changes": [None, changed]}
    return AuditEntry(datetime.now(UTC), actor.user, TRAIL, str(version), version, "definitions_changed", told)


def compare(
    old: TenantModel | None, new: TenantModel, before: Sequence[Layer], after: Sequence[Layer], *, backwards: bool
) -> tuple[tuple[ModelChange, ...], Renames]:
    """Return what changes between two models, and how data follow. ``backwards``: an earlier version comes back."""
    if old is None:
        return changes(None, new), Renames()
    if backwards:
        # what the migrations since then renamed gets its old name again
        since = migrations_between(packs_of(before), _versions(after))
        forth = renames_of(changes(new, old, since))
        back = _inverted(forth)
        return changes(old, new), back
    found = changes(old, new, migrations_between(packs_of(after), _versions(before)))
    return found, renames_of(found)


def renames_of(found: Sequence[ModelChange]) -> Renames:
    """Return what changes say of names and values that move."""
    objects = {str(change.before): change.object for change in found if change.kind == "object_renamed"}
    earlier = {new: old for old, new in objects.items()}
    fields = {
        (earlier.get(change.object, change.object), str(change.before)): str(change.field)
        for change in found
        if change.kind == "field_renamed"
    }
    conversions = {
        (change.object, str(change.field)): change.conversion for change in found if change.conversion is not None
    }
    return Renames(objects, fields, conversions)


def _inverted(forth: Renames) -> Renames:
    objects = {new: old for old, new in forth.objects.items()}
    fields = {(forth.objects.get(object, object), new): old for (object, old), new in forth.fields.items()}
    return Renames(objects, fields)


def _versions(layers: Sequence[Layer]) -> dict[str, str]:
    return {layer.name: layer.version for layer in packs_of(layers)}


def _change(change: ModelChange) -> dict[str, Any]:
    return {
        "kind": change.kind,
        "object": change.object,
        "field": change.field,
        "before": change.before,
        "after": change.after,
        "risk": change.risk,
    }


def _meaning(layers: Sequence[Layer]) -> list[Any]:
    # as text, because the order of keys has a meaning; the places in files have none, and are not stored to the letter
    return [
        (layer.name, layer.version, [(one.kind, one.id, json.dumps(one.body)) for one in layer.documents])
        for layer in layers
    ]
