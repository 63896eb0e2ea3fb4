"""The press: layers in, a frozen model out, or every complaint at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from engine.kernel.diagnostics import Diagnostic, Findings
from engine.kernel.errors import BadDefinition
from engine.metamodel import limits
from engine.metamodel.compiler.adjustments import compile_adjustments
from engine.metamodel.compiler.bench import Bench
from engine.metamodel.compiler.charts import compile_charts, compile_dashboards
from engine.metamodel.compiler.controls import compile_controls
from engine.metamodel.compiler.datasets import compile_datasets
from engine.metamodel.compiler.dictionaries import compile_dictionaries
from engine.metamodel.compiler.explosions import compile_explosions
from engine.metamodel.compiler.expressions import Expressions
from engine.metamodel.compiler.formulas import compile_formulas
from engine.metamodel.compiler.freeze import freeze
from engine.metamodel.compiler.grants import compile_privileges, compile_roles
from engine.metamodel.compiler.lifecycles import outline_lifecycles
from engine.metamodel.compiler.menus import compile_menus
from engine.metamodel.compiler.networks import compile_networks
from engine.metamodel.compiler.numbering import compile_numberings
from engine.metamodel.compiler.objects import add_system_fields, link_objects, outline_objects
from engine.metamodel.compiler.ordering import order_formulas
from engine.metamodel.compiler.organisation import find_organisation
from engine.metamodel.compiler.processes.approvals import compile_approvals
from engine.metamodel.compiler.processes.assignments import compile_assignments
from engine.metamodel.compiler.processes.automations import compile_automations
from engine.metamodel.compiler.processes.conversions import compile_conversions
from engine.metamodel.compiler.processes.decisions import compile_decisions
from engine.metamodel.compiler.processes.flows import outline_processes
from engine.metamodel.compiler.processes.lifecycles import compile_lifecycles
from engine.metamodel.compiler.processes.messages import compile_messages
from engine.metamodel.compiler.processes.overlaps import check_overlaps
from engine.metamodel.compiler.processes.params import compile_params
from engine.metamodel.compiler.processes.prints import compile_prints
from engine.metamodel.compiler.processes.worktimes import compile_worktimes
from engine.metamodel.compiler.scopes import World
from engine.metamodel.compiler.screens import compile_forms, compile_lists
from engine.metamodel.compiler.views import compile_boards, compile_calendars, compile_timelines
from engine.metamodel.compiler.webforms import compile_webforms
from engine.metamodel.definitions import Document, Layer
from engine.metamodel.layers import Merged
from engine.metamodel.layers.merge import fold_layers
from engine.metamodel.layers.needs import check_needs
from engine.metamodel.model import TenantModel
from engine.metamodel.packs.repair import repaired
from engine.metamodel.packs.shape import check_shape, has_shape

# first everything is known by name and type, then expressions can be typed against it
_OUTLINES = (
    compile_dictionaries,
    compile_privileges,
    outline_objects,
    find_organisation,
    add_system_fields,
    outline_lifecycles,
    link_objects,
    compile_params,
    compile_decisions,
    outline_processes,
)
_EXPRESSIONS = (
    compile_formulas,
    compile_adjustments,
    compile_explosions,
    compile_numberings,
    compile_lifecycles,
    compile_worktimes,
    compile_approvals,
    check_overlaps,
    compile_automations,
    compile_assignments,
    compile_conversions,
    compile_messages,
    compile_prints,
    compile_roles,
    compile_controls,
    compile_lists,
    compile_forms,
    compile_boards,
    compile_calendars,
    compile_timelines,
    compile_networks,
    compile_webforms,
    compile_datasets,
    compile_charts,
    compile_dashboards,
)


def compile_tenant(layers: Sequence[Layer]) -> TenantModel:
    """Compile layers, the lowest first. Raises BadDefinition with every complaint."""
    findings = Findings()
    model = press(layers, findings)
    if findings.errors:
        raise BadDefinition(told_once(findings.errors))
    return model


def told_once(diagnostics: Sequence[Diagnostic]) -> tuple[Diagnostic, ...]:
    """Return diagnostics without repeats (two objects may use one wrong rule), as many as anybody reads."""
    return tuple(dict.fromkeys(diagnostics))[: limits.DIAGNOSTICS]


def press(layers: Sequence[Layer], findings: Findings) -> TenantModel:
    """Compile layers; complaints and warnings go to ``findings``, and what they are about is left out."""
    lost: set[str] = set()
    sound = [_sound_layer(layer, findings, lost) for layer in layers]
    check_needs(sound, findings)
    merged = _sound(fold_layers(sound, findings), findings, lost)
    bench = Bench(merged, findings, frozenset(lost))
    for outline in _OUTLINES:
        outline(bench)
    expressions = Expressions(bench, World(bench.objects, bench.dictionaries, bench.unit, bench.lost, bench.structure))
    for fill in _EXPRESSIONS:
        fill(bench, expressions)
    order_formulas(bench)
    compile_menus(bench)
    return freeze(bench)


def _sound_layer(layer: Layer, findings: Findings, lost: set[str]) -> Layer:
    documents = (_sound_document(document, findings, lost) for document in layer.documents)
    return Layer(layer.name, layer.version, tuple(document for document in documents if document))


def _sound(merged: Merged, findings: Findings, lost: set[str]) -> Merged:
    # a change may have given a definition a wrong shape
    documents = {}
    for key, found in merged.documents.items():
        document = _sound_document(found.document, findings, lost)
        if document is not None:
            documents[key] = replace(found, document=document)
    return replace(merged, documents=documents)


def _sound_document(document: Document, findings: Findings, lost: set[str]) -> Document | None:
    if has_shape(document):
        return document
    check_shape(document, findings)
    left, names = repaired(document)
    lost.update(names)
    return left
