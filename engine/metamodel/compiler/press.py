"""The press: layers in, a frozen model out, or every complaint at once."""

from __future__ import annotations

from collections.abc import Sequence

from engine.kernel.diagnostics import Findings
from engine.kernel.errors import BadDefinition
from engine.metamodel import limits
from engine.metamodel.compiler.bench import Bench
from engine.metamodel.compiler.dictionaries import compile_dictionaries
from engine.metamodel.compiler.expressions import Expressions
from engine.metamodel.compiler.formulas import compile_formulas
from engine.metamodel.compiler.freeze import freeze
from engine.metamodel.compiler.grants import compile_roles
from engine.metamodel.compiler.lifecycles import compile_lifecycles, outline_lifecycles
from engine.metamodel.compiler.menus import compile_menus
from engine.metamodel.compiler.numbering import compile_numberings
from engine.metamodel.compiler.objects import add_system_fields, find_organisation, link_objects, outline_objects
from engine.metamodel.compiler.ordering import order_formulas
from engine.metamodel.compiler.scopes import World
from engine.metamodel.compiler.screens import compile_forms, compile_lists
from engine.metamodel.definitions import Layer
from engine.metamodel.layers.merge import fold_layers
from engine.metamodel.model import TenantModel
from engine.metamodel.packs.shape import check_shape, has_shape

# first everything is known by name and type, then expressions can be typed against it
_OUTLINES = (
    compile_dictionaries,
    outline_objects,
    find_organisation,
    add_system_fields,
    outline_lifecycles,
    link_objects,
)
_EXPRESSIONS = (
    compile_formulas,
    compile_lifecycles,
    compile_numberings,
    compile_roles,
    compile_lists,
    compile_forms,
)


def compile_tenant(layers: Sequence[Layer]) -> TenantModel:
    """Compile layers, the lowest first. Raises BadDefinition with every complaint."""
    findings = Findings()
    model = press(layers, findings)
    if model is None or findings.errors:
        raise BadDefinition(findings.errors[: limits.DIAGNOSTICS])
    return model


def press(layers: Sequence[Layer], findings: Findings) -> TenantModel | None:
    """Compile layers; complaints and warnings go to ``findings``. None when the shape of something is wrong."""
    merged = fold_layers(layers, findings)
    for found in merged.documents.values():
        if not has_shape(found.document):
            check_shape(found.document, findings)
    if findings.errors:
        return None
    bench = Bench(merged, findings)
    for outline in _OUTLINES:
        outline(bench)
    world = World(bench.objects, bench.dictionaries, bench.unit)
    expressions = Expressions(bench, world)
    for fill in _EXPRESSIONS:
        fill(bench, expressions)
    order_formulas(bench)
    compile_menus(bench)
    return freeze(bench)
