"""What an operator does at the terminal: tenants, packs, users, tokens, files; and what he is told when it fails."""

from __future__ import annotations

from pathlib import Path

from tests.cli.conftest import PACK, Terminal

ADD_AUTHOR = """
change: object book
insert: {fields: {author: {type: text, title: {zh: 作者, en: Author}}}}
"""


def test_a_tenant_is_created_with_a_pack_and_listed(acme: Terminal) -> None:
    tenants = acme.json("tenant", "list")

    assert [(tenant["name"], tenant["title"]) for tenant in tenants] == [("acme", "Acme")]


def test_a_second_tenant_of_the_same_name_is_refused(acme: Terminal) -> None:
    result = acme.run("tenant", "create", "acme")

    assert result.exit_code == 1
    assert "acme" in result.output


def test_a_dropped_tenant_is_gone(acme: Terminal) -> None:
    acme.ok("tenant", "drop", "acme", "--yes")

    assert acme.json("tenant", "list") == []


def test_pack_check_says_everything_with_its_place(terminal: Terminal, pack: Path) -> None:
    bad = PACK.replace("type: money", "type: mony").replace("display: title", "displai: title")
    (pack / "pack.yaml").write_text(bad, encoding="utf-8")

    result = terminal.run("pack", "check", str(pack))

    assert result.exit_code == 1
    assert "pack.yaml:10:1 unknown_key displai is not a key of object; did you mean display?" in result.output
    assert "did you mean money?" in result.output


def test_pack_check_of_a_sound_pack_counts_what_is_in_it(terminal: Terminal, pack: Path) -> None:
    found = terminal.json("pack", "check", str(pack))

    assert found["ok"]
    assert found["objects"] == 1


def test_a_plan_shows_the_change_and_does_nothing(acme: Terminal, pack: Path) -> None:
    (pack / "pack.yaml").write_text(_with_year(), encoding="utf-8")

    planned = acme.ok("pack", "plan", "acme", str(pack))

    assert "year" in planned
    assert "year" not in acme.ok("export", "acme", "book", "-")


def test_an_upgrade_adds_a_field_and_an_earlier_version_can_be_brought_back(acme: Terminal, pack: Path) -> None:
    (pack / "pack.yaml").write_text(_with_year(), encoding="utf-8")

    acme.ok("pack", "upgrade", "acme", str(pack))

    assert "Year" in acme.ok("export", "acme", "book", "-")
    acme.ok("pack", "return", "acme", "1")
    assert "Year" not in acme.ok("export", "acme", "book", "-")


def test_a_tenants_own_layer_goes_in_and_comes_out(acme: Terminal, tmp_path: Path) -> None:
    overlay = tmp_path / "own.yaml"
    overlay.write_text(ADD_AUTHOR, encoding="utf-8")

    acme.ok("overlay", "import", "acme", str(overlay))

    assert "author" in acme.ok("overlay", "export", "acme")


def test_a_user_gets_a_role_and_a_token_of_the_tenant(acme: Terminal) -> None:
    acme.ok("user", "create", "acme", "ada", "--name", "Ada", "--role", "reader", "--generate")

    token = acme.json("token", "create", "acme", "ada", "--name", "shop")

    assert str(token["token"]).startswith("tsr_acme_")
    users = acme.json("user", "list", "acme")
    assert [user["login"] for user in users if user["login"] != "system"] == ["ada"]


def test_a_user_with_a_role_that_no_pack_has_is_refused(acme: Terminal) -> None:
    result = acme.run("user", "create", "acme", "ada", "--name", "Ada", "--role", "wizard", "--generate")

    assert result.exit_code == 1
    assert "wizard" in result.output


def test_a_file_is_imported_once_however_often_and_exported_again(acme: Terminal, tmp_path: Path) -> None:
    file = tmp_path / "books.csv"
    file.write_text("Title,Price\nFaust,12.50\n红楼梦,80\n", encoding="utf-8")

    first = acme.json("import", "acme", str(file), "--object", "book", "--key", "title")
    second = acme.json("import", "acme", str(file), "--object", "book", "--key", "title")

    assert (first["created"], second["created"]) == (2, 0)
    exported = acme.ok("export", "acme", "book", "-")
    assert "Faust" in exported
    assert "红楼梦" in exported


def test_bad_rows_are_named_and_written_to_a_file(acme: Terminal, tmp_path: Path) -> None:
    file, errors = tmp_path / "books.csv", tmp_path / "bad.csv"
    file.write_text("title,price\nFaust,-3\n,5\nEmma,7\n", encoding="utf-8")

    result = acme.run("import", "acme", str(file), "--object", "book", "--errors", str(errors))

    assert result.exit_code == 1
    written = errors.read_text(encoding="utf-8-sig")
    assert "Faust" in written
    assert "Emma" not in written


def test_a_dry_run_changes_nothing(acme: Terminal, tmp_path: Path) -> None:
    file = tmp_path / "books.csv"
    file.write_text("title\nFaust\n", encoding="utf-8")

    acme.ok("import", "acme", str(file), "--object", "book", "--dry-run")

    assert "Faust" not in acme.ok("export", "acme", "book", "-")


def test_an_unknown_tenant_is_an_error_with_a_code_and_no_trace(terminal: Terminal) -> None:
    told = terminal.json("user", "list", "nobody")

    assert told["ok"] is False
    assert told["code"]
    assert "Traceback" not in terminal.run("user", "list", "nobody").output


def test_wrong_usage_ends_with_two_and_wrong_settings_with_78(terminal: Terminal) -> None:
    wrong = Terminal({**terminal.environment, "TESSERA_PORT": "many"})

    assert terminal.run("tenant", "create").exit_code == 2
    assert wrong.run("tenant", "list").exit_code == 78


def test_doctor_finds_a_sound_house_sound(acme: Terminal) -> None:
    assert acme.run("doctor").exit_code == 0


def test_a_rule_is_checked_and_evaluated(terminal: Terminal) -> None:
    assert "3" in terminal.ok("rules", "eval", "1 + 2")
    assert terminal.run("rules", "check", "1 +").exit_code == 1


def _with_year() -> str:
    changed = PACK.replace("version: 1.0.0", "version: 1.1.0")
    return changed.replace("  price:", "  year: {type: integer, title: {zh: 年份, en: Year}}\n  price:")
