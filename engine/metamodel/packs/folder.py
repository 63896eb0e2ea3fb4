"""Which files belong to a pack, and what they hold: a folder becomes a PackSource, or every complaint at once."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from engine.kernel.diagnostics import Findings
from engine.kernel.errors import BadDefinition
from engine.kernel.source import Span
from engine.metamodel import limits
from engine.metamodel.definitions import Document, PackSource
from engine.metamodel.definitions.layer import identity_of
from engine.metamodel.packs.documents import documents_of
from engine.metamodel.packs.reader import compose
from engine.metamodel.packs.shape import check_shape
from engine.metamodel.packs.source import text_of_bytes

_YAML = (".yaml", ".yml")


def load_pack(folder: Path) -> PackSource:
    """Read a pack. Raises BadDefinition with every complaint about its files and the shape of its documents."""
    findings = Findings()
    source = read_pack(folder, findings)
    for document in source.documents if source else ():
        check_shape(document, findings)
    if source is None or findings.errors:
        raise BadDefinition(findings.errors[: limits.DIAGNOSTICS])
    return source


def read_pack(folder: Path, findings: Findings) -> PackSource | None:
    """Read a pack whose documents may still have a wrong shape; None when it does not say which pack it is."""
    files = _files(folder, findings)
    if files is None:
        return None
    documents = []
    for path, file in files.definitions:
        documents += _read(path, file, findings)
    if not _fits("definitions", len(documents), limits.DEFINITIONS, folder, findings):
        return None
    pack = _pack_document(documents, folder, findings)
    if pack is None:
        return None
    return PackSource(identity_of(pack), tuple(documents), folder, files.seeds, files.demo)


def read_text(text: str, file: str = "overlay.yaml") -> tuple[Document, ...]:
    """Read the definitions in a text that lies in no pack, as an overlay does. Raises BadDefinition."""
    findings = Findings()
    documents = read_documents(text.encode("utf-8", "surrogatepass"), file, findings)
    for document in documents:
        check_shape(document, findings)
    if findings.errors:
        raise BadDefinition(findings.errors[: limits.DIAGNOSTICS])
    return tuple(documents)


def read_documents(content: bytes, file: str, findings: Findings) -> list[Document]:
    """Read the definitions of one file; complaints go to ``findings``."""
    if len(content) > limits.FILE_BYTES:
        findings.add("limit_exceeded", Span(file), limit="pack file bytes", value=len(content), max=limits.FILE_BYTES)
        return []
    text = text_of_bytes(content, file, findings)
    if text is None:
        return []
    return documents_of(compose(text, file, findings), findings)


@dataclass(frozen=True, slots=True)
class _Files:
    definitions: tuple[tuple[Path, str], ...]
    seeds: tuple[Path, ...]
    demo: tuple[Path, ...]


def _files(folder: Path, findings: Findings) -> _Files | None:
    if not folder.is_dir():
        findings.add("no_such_pack", Span(str(folder)), folder=folder)
        return None
    definitions, seeds, demo = [], [], []
    total = count = 0
    for path in sorted(_walk(folder, folder.resolve(), findings)):
        file = path.relative_to(folder).as_posix()
        count += 1
        total += path.stat().st_size
        if path.suffix in _YAML:
            definitions.append((path, file))
        elif path.suffix == ".csv" and "seeds" in path.parent.parts:
            seeds.append(path)
        elif path.suffix == ".csv" and "demo" in path.parent.parts:
            demo.append(path)
    fits = _fits("pack files", count, limits.PACK_FILES, folder, findings)
    fits = _fits("pack bytes", total, limits.PACK_BYTES, folder, findings) and fits
    if not fits:
        return None
    return _Files(tuple(definitions), tuple(seeds), tuple(demo))


def _walk(folder: Path, root: Path, findings: Findings) -> Iterator[Path]:
    count = 0
    for place, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".")]
        for name in [*folders, *files]:
            path = Path(place) / name
            if name.startswith("."):
                continue
            if path.is_symlink() or not path.resolve().is_relative_to(root):
                findings.add("outside_folder", Span(path.relative_to(folder).as_posix()))
            elif name in files and path.is_file():
                count += 1
                yield path
        if count > limits.PACK_FILES:
            return


def _fits(limit: str, value: int, maximum: int, folder: Path, findings: Findings) -> bool:
    if value > maximum:
        findings.add("limit_exceeded", Span(folder.name), limit=limit, value=value, max=maximum)
    return value <= maximum


def _read(path: Path, file: str, findings: Findings) -> list[Document]:
    try:
        with path.open("rb") as stream:
            content = stream.read(limits.FILE_BYTES + 1)
    except OSError as error:
        findings.add("unreadable_file", Span(file), reason=error.strerror)
        return []
    return read_documents(content, file, findings)


def _pack_document(documents: list[Document], folder: Path, findings: Findings) -> Document | None:
    packs = [document for document in documents if document.kind == "pack"]
    if not packs and not findings.errors:
        findings.add("no_pack_document", Span("pack.yaml", 1, 1), folder=folder.name)
    for document in packs[1:]:
        findings.add("two_pack_documents", document.span, first=packs[0].span)
    return packs[0] if packs else None
