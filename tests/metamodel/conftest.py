"""Fixtures: packs written from texts, and layers made of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from engine.metamodel import Layer, TenantModel, compile_tenant, load_pack, read_text

PACK = "pack: demo\nversion: 1.0.0\ntitle: Demo\n"

Write = Callable[..., Path]
Compile = Callable[..., TenantModel]
MakeLayer = Callable[..., Layer]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write a pack: a text for its only file, or a mapping of file names to texts or bytes."""

    def write(files: str | Mapping[str, str | bytes], pack: str = PACK) -> Path:
        folder = tmp_path / f"pack{len(list(tmp_path.iterdir()))}"
        folder.mkdir()
        named = {"x.yaml": files} if isinstance(files, str) else files
        for name, content in {"pack.yaml": pack, **named}.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
        return folder

    return write


@pytest.fixture
def layer(write: Write) -> MakeLayer:
    """Make the layer of a pack from the text of its definitions."""

    def layer(text: str, name: str = "demo", version: str = "1.0.0", more: str = "") -> Layer:
        return load_pack(write(text, f"pack: {name}\nversion: {version}\ntitle: {name}\n{more}")).layer

    return layer


def overlay(text: str) -> Layer:
    """Make a tenant's overlay."""
    return Layer("overlay", "1", read_text(text, "overlay.yaml"))


@pytest.fixture
def compiled(layer: MakeLayer) -> Compile:
    """Compile a pack and, above it, an overlay."""

    def compiled(text: str, above: str = "") -> TenantModel:
        layers = [layer(text)]
        return compile_tenant([*layers, overlay(above)] if above else layers)

    return compiled
