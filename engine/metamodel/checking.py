"""check_pack: everything that is wrong with a pack, and what is odd about it, in one go."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from engine.kernel.diagnostics import Diagnostic, Findings
from engine.kernel.errors import BadDefinition
from engine.metamodel.checks import CHECKS
from engine.metamodel.compiler.press import press, told_once
from engine.metamodel.definitions import Layer, Node, PackSource
from engine.metamodel.definitions.guess import guess
from engine.metamodel.layers.merge import fold_layers
from engine.metamodel.layers.needs import sort_layers
from engine.metamodel.migrations import check_migrations
from engine.metamodel.model import TenantModel
from engine.metamodel.packs.folder import read_pack
from engine.metamodel.packs.shape import check_shape
from engine.metamodel.trials import check_trials

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
    """What a check found. ``sources`` and ``model`` are there when there is no error."""

    errors: tuple[Diagnostic, ...]
    warnings: tuple[Diagnostic, ...]
    sources: tuple[PackSource, ...] = ()
    model: TenantModel | None = None

    @property
    def sound(self) -> bool:
        """Tell whether the packs can be installed."""
        return not self.errors

    def require_sound(self) -> TenantModel:
        """Return the model. Raises BadDefinition with every complaint."""
        if self.model is None:
            raise BadDefinition(self.errors)
        return self.model


def check_pack(folder: Path, below: Sequence[Layer] = ()) -> PackReport:
    """Check a pack that is to stand on the layers ``below``; nothing is raised."""
    return check_packs([folder], below)


def check_packs(folders: Sequence[Path], below: Sequence[Layer] = (), above: Sequence[Layer] = ()) -> PackReport:
    """Check packs, in any order, that are to stand between the layers ``below`` and ``above``; nothing is raised."""
    findings = Findings()
    sources = [source for folder in folders if (source := read_pack(folder, findings))]
    if len(sources) < len(folders) or any(error.code not in _NAMES_KEPT for error in findings.errors):
        # definitions that could not be read would be missed everywhere
        for source in sources:
            for document in source.documents:
                check_shape(document, findings)
        return _report(findings)
    for source in sources:
        _check_modules(source, findings)
    try:
        layers = sort_layers([source.layer for source in sources])
    except BadDefinition as error:
        findings.extend(error.diagnostics)
        return _report(findings)
    model = check_layers([*below, *layers, *above], findings)
    return _report(findings, tuple(sources), model)


def check_layers(layers: Sequence[Layer], findings: Findings) -> TenantModel:
    """Compile layers and look for what will hardly be meant; everything goes to ``findings``."""
    model = press(layers, findings)
    if not findings.errors:
        for layer in layers:
            check_migrations(layer, model, findings)
            check_trials(layer, model, findings)
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


def _report(findings: Findings, sources: tuple[PackSource, ...] = (), model: TenantModel | None = None) -> PackReport:
    errors, warnings = told_once(findings.errors), told_once(findings.warnings)
    return PackReport(errors, warnings, () if errors else sources, None if errors else model)
