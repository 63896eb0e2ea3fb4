"""Fixtures: a terminal of an operator, on each database, and small packs to install."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from engine.cli.__main__ import main

PACK = """
pack: library
version: 1.0.0
title: {zh: 图书馆, en: Library}
engine: ">=0.1"
languages: [zh, en]
---
object: book
title: {zh: 图书, en: Book}
display: title
fields:
  title: {type: text, title: {zh: 书名, en: Title}, required: true, unique: true, search: true}
  price: {type: money, title: {zh: 价格, en: Price}, currency: CNY, range: ">= 0"}
---
role: reader
title: {zh: 读者, en: Reader}
grants: {book: {read: {}}}
"""


@dataclass
class Terminal:
    """Runs commands as an operator does, each with its own view of the environment."""

    environment: dict[str, str]
    runner: CliRunner = field(default_factory=CliRunner)

    def run(self, *words: str, given: str | None = None) -> Result:
        """Run a command and return what it printed and how it ended."""
        return self.runner.invoke(main, list(words), input=given, env=self.environment)

    def ok(self, *words: str, given: str | None = None) -> str:
        """Run a command that must succeed."""
        result = self.run(*words, given=given)
        assert result.exit_code == 0, result.output
        return str(result.output)

    def json(self, *words: str, given: str | None = None) -> Any:
        """Run a command with --json and return its value, whatever its exit code."""
        return json.loads(self.run(*words, "--json", given=given).stdout)


@pytest.fixture
def terminal(tmp_path: Path, database_url: str) -> Terminal:
    """A terminal whose tenants live on each of the databases in turn."""
    template = database_url if database_url.startswith("postgresql") else "sqlite:///{home}/tenants/{tenant}.db"
    return Terminal(
        {
            "TESSERA_HOME": str(tmp_path / "home"),
            "TESSERA_DATABASE": template,
            "TESSERA_PASSWORD_COST": "cheap",
            "TESSERA_LANGUAGE": "en",
            "TESSERA_SYNCHRONOUS": "NORMAL",
        }
    )


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    """A folder with a small pack."""
    folder = tmp_path / "library"
    folder.mkdir()
    (folder / "pack.yaml").write_text(PACK, encoding="utf-8")
    return folder


@pytest.fixture
def acme(terminal: Terminal, pack: Path) -> Terminal:
    """A terminal with a tenant that has the pack."""
    terminal.ok("tenant", "create", "acme", "--title", "Acme", "--pack", str(pack))
    return terminal
