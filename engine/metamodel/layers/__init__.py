"""Packs and the tenant's overlay folded into one set of definitions."""

from engine.metamodel.layers.merge import merge_layers
from engine.metamodel.layers.provenance import Merged, MergedDocument

__all__ = ["Merged", "MergedDocument", "merge_layers"]
