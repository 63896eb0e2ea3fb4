"""The command line in this process, over a home of its own."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result

from engine.cli.__main__ import main

ROOT = Path(__file__).parents[2]
WORKSHOP = ROOT / "tests" / "api" / "packs" / "workshop"
PASSWORD = "correct horse battery"


@dataclass
class Shell:
    """Runs commands with --json and without."""

    home: Path
    database: str

    def run(self, *arguments: str, typed: str = "") -> Result:
        environment = {
            "TESSERA_HOME": str(self.home),
            "TESSERA_DATABASE": self.database,
            "TESSERA_PASSWORD_COST": "cheap",
            "TESSERA_SYNCHRONOUS": "NORMAL",
            "TESSERA_LANGUAGE": "en",
        }
        return CliRunner().invoke(main, list(arguments), input=typed, env=environment)

    def ok(self, *arguments: str, typed: str = "") -> Any:
        """Run a command with --json, which must work, and return its value."""
        result = self.run(*arguments, "--json", typed=typed)
        assert result.exit_code == 0, result.output
        return json.loads(result.stdout)
