"""tessera <noun> <verb>: what each command does, prints and returns."""

# ruff: noqa: E501 - the tables are read along their lines
from __future__ import annotations

import json
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.cli.shell import PASSWORD, ROOT, WORKSHOP, Shell

COMMANDS = [
    ("tenant", "create"), ("tenant", "list"), ("tenant", "drop"), ("tenant", "versions"), ("pack", "check"), ("pack", "plan"), ("pack", "install"),
    ("pack", "upgrade"), ("pack", "uninstall"), ("pack", "return"), ("overlay", "export"), ("overlay", "import"), ("user", "create"), ("user", "list"),
    ("user", "password"), ("user", "roles"), ("user", "activate"), ("token", "create"), ("token", "list"), ("token", "revoke"), ("rules", "check"),
    ("rules", "eval"), ("import",), ("export",), ("doctor",), ("serve",), ("demo",),
]  # fmt: skip


@pytest.fixture
def shell(tmp_path: Path, database_url: str) -> Shell:
    template = f"sqlite:///{tmp_path}/{{tenant}}.db" if database_url.startswith("sqlite") else database_url
    return Shell(tmp_path, template)


@pytest.fixture
def acme(shell: Shell) -> Shell:
    """A shell with the tenant acme, the workshop installed, and a foreman."""
    shell.ok("tenant", "create", "acme", "--pack", str(WORKSHOP))
    shell.ok("user", "create", "acme", "foreman", "--role", "foreman", "--password-stdin", typed=PASSWORD)
    return shell


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_every_command_explains_itself_and_speaks_json(command: tuple[str, ...], tmp_path: Path):
    result = Shell(tmp_path, "").run(*command, "--help")

    assert result.exit_code == 0, result.output
    assert "--json" in result.output
    assert len(result.output.splitlines()) > 5


def test_help_answers_at_once():
    command = [sys.executable, "-X", "importtime", "-m", "engine.cli", "--help"]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)

    for heavy in ("sqlalchemy", "flask", "rich", "engine.metamodel", "structlog", "argon2"):
        assert f" {heavy}\n" not in run.stderr, heavy


def test_a_tenant_is_made_listed_and_dropped(acme: Shell):
    (found,) = acme.ok("tenant", "list")
    assert found["name"] == "acme"
    assert found["packs"] == ["workshop 1.0.0"]
    assert acme.run("tenant", "create", "acme").exit_code == 1
    assert acme.run("tenant", "drop", "acme", typed="n\n").exit_code == 1

    acme.ok("tenant", "drop", "acme", "--yes")

    assert acme.ok("tenant", "list") == []
    assert acme.run("tenant", "drop", "acme", "--yes").exit_code == 1


@pytest.mark.parametrize("name", ["Acme", "a b", "1a", "", "a" * 60, "../x", "a;drop"])
def test_a_bad_tenant_name_is_refused(shell: Shell, name: str):
    result = shell.run("tenant", "create", name, "--json")

    assert result.exit_code == 1
    assert json.loads(result.stdout)["code"] == "bad_tenant_name"


def test_people_and_their_tokens(acme: Shell):
    made = acme.ok("token", "create", "acme", "foreman", "--name", "till", "--scope", "read")
    assert made["token"].startswith("tsr_acme_")
    (listed,) = acme.ok("token", "list", "acme", "foreman")
    assert (listed["name"], listed["scopes"]) == ("till", ["read"])
    assert "secret" not in str(listed)
    acme.ok("token", "revoke", "acme", made["id"])
    assert acme.ok("token", "list", "acme") == []

    acme.ok("user", "roles", "acme", "foreman", "--role", "helper")
    acme.ok("user", "activate", "acme", "foreman", "--off")
    (user,) = acme.ok("user", "list", "acme")
    assert (user["roles"], user["active"]) == (["helper"], False)


def test_a_weak_password_is_refused_with_its_reasons(acme: Shell):
    result = acme.run("user", "create", "acme", "x y", "--role", "king", "--password-stdin", "--json", typed="1234567")

    assert result.exit_code == 1
    codes = {error["code"] for error in json.loads(result.stdout)["errors"]}
    assert codes == {"bad_login", "no_such_role", "password_too_short", "password_common"}


def test_a_password_is_never_shown(acme: Shell):
    outputs = [
        acme.run("user", "create", "acme", "new", "--password-stdin", typed=PASSWORD).output,
        acme.run("user", "password", "acme", "new", "--password-stdin", typed="another good sentence").output,
        acme.run("user", "list", "acme", "--json").output,
    ]

    assert all(PASSWORD not in output and "another good" not in output for output in outputs)


def test_a_pack_is_checked_with_every_complaint(tmp_path: Path):
    folder = tmp_path / "broken"
    shutil.copytree(WORKSHOP, folder)
    file = folder / "pack.yaml"
    file.write_text(
        file.read_text()
        .replace("type: money, title: {zh: 价格", "type: mony, title: {zh: 价格")
        .replace("display: number", "display: numbr")
    )

    result = Shell(tmp_path, "").run("pack", "check", str(folder))

    assert result.exit_code == 1
    assert result.stderr.count("pack.yaml:") >= 1
    found = json.loads(Shell(tmp_path, "").run("pack", "check", str(folder), "--json").stdout)
    assert found["errors"][0]["line"] > 0


def test_a_plan_shows_what_an_upgrade_would_do_and_changes_nothing(acme: Shell, tmp_path: Path):
    folder = tmp_path / "next"
    shutil.copytree(WORKSHOP, folder)
    file = folder / "pack.yaml"
    text = file.read_text().replace("version: 1.0.0", "version: 1.1.0", 1)
    file.write_text(
        text.replace("  notes: {type", "  colour: {type: text, title: {zh: 色, en: Colour}}\n  notes: {type", 1)
    )

    plan = acme.ok("pack", "plan", "acme", str(folder))
    assert [(change["object"], change["field"]) for change in plan["changes"]] == [("machine", "colour")]
    assert acme.ok("tenant", "list")[0]["packs"] == ["workshop 1.0.0"]

    done = acme.ok("pack", "upgrade", "acme", str(folder))
    assert done["version"] == 2
    assert acme.ok("tenant", "list")[0]["packs"] == ["workshop 1.1.0"]
    assert [one["version"] for one in acme.ok("tenant", "versions", "acme")] == [2, 1]


def test_a_tenants_own_layer_goes_out_and_comes_back(acme: Shell, tmp_path: Path):
    file = tmp_path / "own.yaml"
    file.write_text("change: object machine\ninsert: {fields: {shelf: {type: text, title: {zh: 架, en: Shelf}}}}\n")

    assert acme.ok("overlay", "import", "acme", str(file), "--dry-run")["changes"][0]["field"] == "shelf"
    assert acme.ok("overlay", "export", "acme")["overlay"] == ""
    acme.ok("overlay", "import", "acme", str(file))
    assert "shelf" in acme.ok("overlay", "export", "acme")["overlay"]
    file.write_text("change: object nothing\nset: {}\n")
    assert acme.run("overlay", "import", "acme", str(file)).exit_code == 1


def test_records_come_in_and_go_out_as_files(acme: Shell, tmp_path: Path):
    rows = tmp_path / "machines.csv"
    rows.write_text("name,code,price\nLathe,A-1,10.5\nMill,A-2,x\nSaw,A-3,7\n")

    tried = acme.run("import", "acme", str(rows), "--object", "machine", "--key", "code", "--dry-run", "--json")
    assert tried.exit_code == 1
    assert json.loads(tried.stdout)["created"] == 2
    errors = tmp_path / "errors.csv"
    done = acme.run(
        "import", "acme", str(rows), "--object", "machine", "--key", "code", "--errors", str(errors), "--json"
    )
    assert json.loads(done.stdout)["created"] == 2
    assert "Mill" in errors.read_text()
    again = acme.run("import", "acme", str(rows), "--object", "machine", "--key", "code", "--json")
    assert json.loads(again.stdout)["unchanged"] == 2
    acme.ok("export", "acme", "machine", str(tmp_path / "out.csv"), "--fields", "name,price", "--where", 'code = "A-1"')
    assert "Lathe" in (tmp_path / "out.csv").read_text()
    assert "Saw" not in (tmp_path / "out.csv").read_text()


def test_a_person_imports_with_his_own_rights_only(acme: Shell, tmp_path: Path):
    acme.ok("user", "create", "acme", "helper", "--role", "helper", "--password-stdin", typed=PASSWORD)
    rows = tmp_path / "machines.csv"
    rows.write_text("name\nLathe\n")

    result = acme.run("import", "acme", str(rows), "--object", "machine", "--as", "helper", "--json")

    assert result.exit_code == 1
    assert json.loads(result.stdout)["code"] == "not_allowed"


def test_feel_on_the_terminal(tmp_path: Path):
    shell = Shell(tmp_path, "")

    assert shell.ok("rules", "eval", "a * 2 + sum([1, 2])", "--context", '{"a": 0.1}')["value"] == "3.2"
    assert shell.ok("rules", "check", "a > 1 and b", "--context", '{"a": 1, "b": true}')["reads"] == ["a", "b"]
    wrong = shell.run("rules", "check", "1 +", "--json")
    assert wrong.exit_code == 1
    assert json.loads(wrong.stdout)["errors"][0]["column"] > 0
    assert shell.run("rules", "eval", "1", "--context", "[").exit_code == 2


def test_the_doctor_looks_at_everything(acme: Shell):
    found = acme.ok("doctor")

    assert found["ok"]
    assert {"home", "space", "secret", "tenants", "tenant acme"} <= {one["what"] for one in found["findings"]}
    if acme.database.startswith("sqlite"):
        (acme.home / "acme.db").unlink()
        assert acme.run("doctor").exit_code == 1


@pytest.mark.parametrize(
    "arguments",
    [
        ["nonsense"],
        ["tenant"],
        ["tenant", "nonsense"],
        ["user", "create"],
        ["pack", "check"],
        ["tenant", "list", "--wrong"],
    ],
)
def test_wrong_usage_is_two(tmp_path: Path, arguments: list[str]):
    assert Shell(tmp_path, "").run(*arguments).exit_code == 2


def test_wrong_settings_are_seventy_eight(tmp_path: Path):
    (tmp_path / "secret").write_text("changeme")

    result = Shell(tmp_path, "").run("tenant", "list")

    assert result.exit_code == 78
    assert "secret" in result.stderr


def test_an_unknown_tenant_is_told_everywhere(shell: Shell, tmp_path: Path):
    for command in (
        ["user", "list", "nobody"],
        ["token", "list", "nobody"],
        ["pack", "plan", "nobody", str(WORKSHOP)],
        ["overlay", "export", "nobody"],
    ):
        result = shell.run(*command, "--json")
        assert result.exit_code == 1, result.output
        assert json.loads(result.stdout)["code"] == "no_such_tenant"


def test_one_who_installs_keeps_the_other_away(acme: Shell):
    from engine.settings import Settings
    from engine.storage import hold_lock, open_database

    settings = Settings(home=acme.home, database=acme.database)
    with hold_lock(open_database(settings.database_url("acme"), "acme", settings), "somebody else"):
        file = acme.home / "own.yaml"
        file.write_text("change: object machine\ninsert: {fields: {shelf: {type: text, title: {zh: 架, en: Shelf}}}}\n")
        result = acme.run("overlay", "import", "acme", str(file), "--json")

    assert result.exit_code == 3
    assert "somebody else" in result.stdout


def test_the_demo_is_made_once_and_starts_quickly_then(tmp_path: Path):
    shell = Shell(tmp_path, f"sqlite:///{tmp_path}/{{tenant}}.db")

    first = shell.ok("demo", "--once")
    started = time.perf_counter()
    second = shell.ok("demo", "--once")

    assert first == second
    assert time.perf_counter() - started < 1
    assert first["log_ins"][0]["login"] == "admin"
    assert len(shell.ok("user", "list", "demo")) > 5
    orders = shell.ok("export", "demo", "sales_order", str(tmp_path / "orders.csv"))
    assert orders["bytes"] > 1_000


def test_a_half_made_demo_is_made_anew(tmp_path: Path):
    shell = Shell(tmp_path, f"sqlite:///{tmp_path}/{{tenant}}.db")
    shell.ok("tenant", "create", "demo")
    (tmp_path / "demo.begun").touch()

    assert shell.ok("demo", "--once")["tenant"] == "demo"


def test_a_tenant_named_demo_that_is_somebodys_is_left_alone(tmp_path: Path):
    shell = Shell(tmp_path, f"sqlite:///{tmp_path}/{{tenant}}.db")
    shell.ok("tenant", "create", "demo")

    assert shell.run("demo", "--once").exit_code == 1
    assert len(shell.ok("tenant", "list")) == 1
