"""check_pack: everything that is wrong with a pack, and what is odd about it, in one go."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from engine.kernel.diagnostics import Diagnostic, Findings
from engine.metamodel import limits
from engine.metamodel.checks import CHECKS
from engine.metamodel.compiler.press import press
from engine.metamodel.definitions import Layer, Node, PackSource
from engine.metamodel.definitions.guess import guess
from engine.metamodel.layers.merge import fold_layers
from engine.metamodel.migrations import check_migrations
from engine.metamodel.model import TenantModel
from engine.metamodel.packs.folder import read_pack
from engine.metamodel.packs.shape import check_shape

# complaints of the reader after which every definition is still known by its name
_NAMES_KEPT = frozenset(
    {
        "duplicate_key",
        "empty_file",
        "inexact_number",
        "kind_not_available",
        "yaml_anchor",
        "yaml_directive",
        "yaml_tag",
    }
)


@dataclass(frozen=True, slots=True)
class PackReport:
    """What a check found. ``source`` and ``model`` are there when there is no error."""

    errors: tuple[Diagnostic, ...]
    warnings: tuple[Diagnostic, ...]
    source: PackSource | None = None
    model: TenantModel | None = None

    @property
    def sound(self) -> bool:
        """Tell whether the pack can be installed."""
        return not self.errors


def check_pack(folder: Path, below: Sequence[Layer] = ()) -> PackReport:
    """Check a pack that is to stand on the layers ``below``; nothing is raised."""
    findings = Findings()
    source = read_pack(folder, findings)
    if source is None or any(error.code not in _NAMES_KEPT for error in findings.errors):
        # definitions that could not be read would be missed everywhere
        for document in source.documents if source else ():
            check_shape(document, findings)
        return _report(findings)
    _check_modules(source, findings)
    model = check_layers([*below, source.layer], findings)
    return _report(findings, source, model)


def check_layers(layers: Sequence[Layer], findings: Findings) -> TenantModel:
    """Compile layers and look for what will hardly be meant; everything goes to ``findings``."""
    model = press(layers, findings)
    if not findings.errors:
        for layer in layers:
            check_migrations(layer, model, findings)
        merged = fold_layers(layers, Findings())
        for check in CHECKS:
            check(merged, model, findings)
    return model


def _check_modules(source: PackSource, findings: Findings) -> None:
    folders = {document.place.file.partition("/")[0] for document in source.documents if "/" in document.place.file}
    for document in source.documents:
        if document.kind == "pack":
            for name, node in Node(document.body, document.place).get("modules").items():
                if name not in folders:
                    findings.add("unknown_module", node.key_span, module=name, guess=guess(name, folders))


def _report(findings: Findings, source: PackSource | None = None, model: TenantModel | None = None) -> PackReport:
    errors = findings.errors[: limits.DIAGNOSTICS]
    warnings = findings.warnings[: limits.DIAGNOSTICS]
    return PackReport(errors, warnings, None if errors else source, None if errors else model)
