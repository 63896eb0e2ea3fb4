"""What authors write: documents of a kind, with the place of every key and value."""

from engine.metamodel.definitions.document import Document, Place
from engine.metamodel.definitions.kinds import KINDS, Kind, kind_of, parts_schema
from engine.metamodel.definitions.layer import Layer, PackDef, PackSource
from engine.metamodel.definitions.node import Node

__all__ = [
    "KINDS",
    "Document",
    "Kind",
    "Layer",
    "Node",
    "PackDef",
    "PackSource",
    "Place",
    "kind_of",
    "parts_schema",
]
