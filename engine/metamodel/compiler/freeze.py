"""What lies on the bench becomes the frozen model, with its fingerprint."""

from __future__ import annotations

import hashlib
import json

from engine.metamodel.compiler.bench import Bench
from engine.metamodel.layers import Merged
from engine.metamodel.model import PackIdentity, TenantModel


def freeze(bench: Bench) -> TenantModel:
    """Return the model."""
    languages = dict.fromkeys(language for pack in bench.merged.packs for language in pack.languages)
    return TenantModel(
        packs=tuple(PackIdentity(pack.name, pack.version, pack.title, pack.description) for pack in bench.merged.packs),
        languages=tuple(languages) or ("zh", "en"),
        objects=bench.objects,
        dictionaries=bench.dictionaries,
        numberings=bench.numberings,
        lifecycles=bench.lifecycles,
        roles=bench.roles,
        lists=bench.lists,
        forms=bench.forms,
        boards=bench.boards,
        calendars=bench.calendars,
        timelines=bench.timelines,
        networks=bench.networks,
        webforms=bench.webforms,
        datasets=bench.datasets,
        charts=bench.charts,
        dashboards=bench.dashboards,
        menus=tuple(bench.menus),
        inbound=bench.inbound,
        rollups=_rollups(bench),
        calculation=bench.calculation,
        structure=bench.structure,
        privileges=bench.privileges,
        restrictions=bench.restrictions,
        sharings=bench.sharings,
        nevers=bench.nevers,
        fingerprint=fingerprint_of(bench.merged),
        approvals=bench.approvals,
        automations=bench.automations,
        assignments=bench.assignments,
        worktimes=bench.worktimes,
        conversions=bench.conversions,
        adjustments=bench.adjustments,
        explosions=bench.explosions,
        messages=bench.messages,
        params=bench.params,
        decisions=bench.decisions,
        prints=bench.prints,
        connectors=bench.connectors,
    )


def fingerprint_of(merged: Merged) -> str:
    """Return a hash of what the definitions mean: the order of files does not matter, that of keys does."""
    packs = sorted([pack.name, pack.version] for pack in merged.packs)
    bodies = sorted([kind, id, document.document.body] for (kind, id), document in merged.documents.items())
    text = json.dumps([packs, bodies], ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _rollups(bench: Bench) -> dict[str, tuple[tuple[str, str], ...]]:
    found: dict[str, list[tuple[str, str]]] = {}
    for object in bench.objects.values():
        for field in object.fields.values():
            if field.rollup:
                found.setdefault(field.rollup.of, []).append((object.name, field.name))
    return {name: tuple(pairs) for name, pairs in found.items()}
