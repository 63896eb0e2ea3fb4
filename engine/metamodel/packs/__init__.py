"""A pack's folder becomes checked documents."""

from engine.metamodel.packs.folder import load_pack, read_documents, read_pack, read_text

__all__ = ["load_pack", "read_documents", "read_pack", "read_text"]
