"""Packs and the tenant's overlay folded into one set of definitions."""

from engine.metamodel.layers.merge import merge_layers
from engine.metamodel.layers.provenance import Merged, MergedDocument
from engine.metamodel.layers.rebase import Clash, Lost, Rebase, rebase
from engine.metamodel.layers.wishes import Wish

__all__ = ["Clash", "Lost", "Merged", "MergedDocument", "Rebase", "Wish", "merge_layers", "rebase"]
