"""What somebody wants to change about a tenant's definitions, and the layers that come of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import engine.tenancy.codes  # noqa: F401 - declares the codes used here
from engine.kernel.errors import Complaint, Conflict, Missing
from engine.metamodel import Layer, PackSource, read_text
from engine.metamodel.definitions.layer import OVERLAY
from engine.metamodel.layers.needs import sort_layers
from engine.metamodel.layers.rebase import Clash, Lost, Rebase, rebase
from engine.metamodel.migrations import version_key

PACK_WINS, OVERLAY_WINS = "pack", "overlay"


@dataclass(frozen=True, slots=True)
class AddPacks:
    """Install packs, or upgrade those that are there. ``decisions`` maps clashes and losses to pack or overlay."""

    sources: tuple[PackSource, ...]
    decisions: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RemovePack:
    """Uninstall a pack; its data are kept until they are purged."""

    name: str
    decisions: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SetOverlay:
    """Replace the tenant's own layer by the definitions in a text; an empty one removes it."""

    text: str
    file: str = "overlay.yaml"


@dataclass(frozen=True, slots=True)
class ReturnTo:
    """Bring back the definitions of an earlier version."""

    version: int


Intent = AddPacks | RemovePack | SetOverlay | ReturnTo


@dataclass(frozen=True, slots=True)
class Wanted:
    """The layers that shall be, the sources of new packs, and what became of the overlay."""

    layers: tuple[Layer, ...]
    sources: tuple[PackSource, ...] = ()
    rebased: Rebase | None = None
    undecided: tuple[Clash | Lost, ...] = ()

    def require_decided(self) -> None:
        """Return when nothing of the overlay clashes or is lost without a decision; raises Conflict otherwise."""
        if self.undecided:
            raise Conflict("overlay_clashes", [_complaint(open_) for open_ in self.undecided])


def packs_of(layers: Sequence[Layer]) -> tuple[Layer, ...]:
    """Return the layers that are packs."""
    return tuple(layer for layer in layers if layer.name != OVERLAY)


def overlay_of(layers: Sequence[Layer]) -> Layer | None:
    """Return the tenant's own layer, if it has one."""
    return next((layer for layer in layers if layer.name == OVERLAY), None)


def layers_wanted(present: tuple[Layer, ...], intent: Intent, earlier: tuple[Layer, ...]) -> Wanted:
    """Return the layers after an intent; ``earlier`` are those of the version to return to."""
    match intent:
        case AddPacks():
            return _with_packs(present, intent)
        case RemovePack():
            return _without_pack(present, intent)
        case SetOverlay():
            return _with_overlay(present, intent)
        case ReturnTo():
            return Wanted(earlier)


def read_packs(folders: Sequence[Path]) -> tuple[PackSource, ...]:
    """Read packs from their folders. Raises BadDefinition with every complaint."""
    from engine.metamodel import load_pack

    return tuple(load_pack(folder) for folder in folders)


# ---------------------------------------------------------------------------------------------------------------------


def _with_packs(present: tuple[Layer, ...], intent: AddPacks) -> Wanted:
    packs = {layer.name: layer for layer in packs_of(present)}
    complaints = []
    for source in intent.sources:
        new, old = source.layer, packs.get(source.layer.name)
        if old is not None and version_key(new.version) < version_key(old.version):
            told = {"pack": new.name, "installed": old.version, "version": new.version}
            complaints.append(Complaint(new.name, "older_pack", told))
        packs[new.name] = new
    if complaints:
        raise Conflict("older_pack", complaints, **complaints[0].params)
    return _on_top(present, sort_layers(list(packs.values())), intent.sources, intent.decisions)


def _without_pack(present: tuple[Layer, ...], intent: RemovePack) -> Wanted:
    packs = packs_of(present)
    if intent.name not in {layer.name for layer in packs}:
        raise Missing("pack_not_installed", pack=intent.name)
    left = tuple(layer for layer in packs if layer.name != intent.name)
    return _on_top(present, left, (), intent.decisions)


def _on_top(
    present: tuple[Layer, ...],
    packs: tuple[Layer, ...],
    sources: tuple[PackSource, ...],
    decisions: Mapping[str, str],
) -> Wanted:
    overlay = overlay_of(present)
    if overlay is None:
        return Wanted(packs, sources)
    for_the_pack = {wish for wish, winner in decisions.items() if winner == PACK_WINS}
    moved = rebase(packs_of(present), packs, overlay, for_the_pack)
    open_: list[Clash | Lost] = [*moved.clashed, *moved.lost]
    undecided = tuple(one for one in open_ if str(one.wish) not in decisions)
    layers = (*packs, moved.overlay) if moved.overlay.documents else packs
    return Wanted(layers, sources, moved, undecided)


def _with_overlay(present: tuple[Layer, ...], intent: SetOverlay) -> Wanted:
    before = overlay_of(present)
    version = str(int(before.version) + 1 if before is not None and before.version.isdigit() else 1)
    documents = read_text(intent.text, intent.file) if intent.text.strip() else ()
    packs = packs_of(present)
    return Wanted((*packs, Layer(OVERLAY, version, documents)) if documents else packs)


def _complaint(open_: Clash | Lost) -> Complaint:
    wish = str(open_.wish)
    if isinstance(open_, Lost):
        return Complaint(wish, "overlay_lost", {"words": open_.words, "wish": wish})
    return Complaint(wish, "overlay_clash", {"words": open_.words, "wish": wish, "after": open_.after})
