"""What a clone gets names no machine and no registry, and nothing that was built."""

from __future__ import annotations

from tests.architecture.sources import ROOT, name_of, tracked_files

# put together here so that this file does not name them either
HOSTS = [".".join(parts) for parts in (("pypi", "org"), ("files", "pythonhosted", "org"), ("registry", "npmjs", "org"))]
FOLDERS = ["/".join(("", *parts, "")) for parts in (("work", "main"), ("work", "shared"), ("root",), ("opt", "wheels"))]
LARGEST = 1_500_000  # a screenshot may be this big, a forgotten data base may not


def test_no_file_names_a_registry_or_a_place_of_one_machine() -> None:
    found = []
    for path in tracked_files():
        text = path.read_bytes().decode("utf-8", "ignore")
        found += [f"{name_of(path)}: {word}" for word in [*HOSTS, *FOLDERS] if word in text]

    assert not found, found


def test_no_file_is_larger_than_a_picture() -> None:
    found = {name_of(path): path.stat().st_size for path in tracked_files() if path.stat().st_size > LARGEST}

    assert not found, found


def test_nothing_built_is_tracked() -> None:
    endings = (".pyc", ".db", ".log", ".min.js", ".min.css")

    found = [name_of(path) for path in tracked_files() if path.name.endswith(endings) or "node_modules" in path.parts]

    assert not found, found


def test_the_project_carries_its_licence() -> None:
    text = (ROOT / "LICENSE").read_text(encoding="utf-8")

    assert "Apache License" in text
    assert "Version 2.0" in text
