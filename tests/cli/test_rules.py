"""FEEL on the terminal: check, evaluate, explain, tables, the line reader, the conformance kit."""

from __future__ import annotations

import json
import os
import select
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from engine.cli.__main__ import main
from engine.rules.decisions import read_dmn

ROOT = Path(__file__).parents[2]
COMMANDS = ("check", "eval", "explain", "table", "repl", "reference", "tck")

TABLE = """\
table: discount
inputs:
  - {is: amount, type: number, values: ">= 0", label: 金额}
  - {is: level, type: string, values: '"A", "B"'}
outputs:
  - {name: rate, type: number}
rules:
  - ["< 1000", "-", 0]
  - [">= 1000", '"A"', 0.1, good customers]
  - [">= 1000", '"B"', 0.05]
"""
KIT_MODEL = """\
<definitions xmlns="https://www.omg.org/spec/DMN/20230324/MODEL/" name="m" namespace="urn:m" id="m">
  <decision name="answer" id="d"><variable name="answer"/><literalExpression><text>40 + 2</text></literalExpression>
  </decision>
</definitions>
"""
KIT_CASES = """\
<testCases xmlns="http://www.omg.org/spec/DMN/20160719/testcase" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
           xmlns:xsd="http://www.w3.org/2001/XMLSchema">
  <modelName>m.dmn</modelName>
  <testCase id="001"><resultNode name="answer"><expected>
    <value xsi:type="xsd:decimal">42</value></expected></resultNode></testCase>
  <testCase id="002"><resultNode name="answer"><expected>
    <value xsi:type="xsd:decimal">43</value></expected></resultNode></testCase>
</testCases>
"""


def run(*words: str, typed: str = "") -> Result:
    return CliRunner().invoke(main, ["rules", *words], input=typed, env={"TESSERA_LANGUAGE": "en"})


def said(*words: str) -> str:
    """Return what a command printed that must succeed."""
    result = run(*words)
    assert result.exit_code == 0, result.output
    return str(result.stdout)


def answer(*words: str) -> Any:
    return json.loads(run(*words, "--json").stdout)


@pytest.fixture
def table(tmp_path: Path) -> Path:
    """A decision table without faults."""
    path = tmp_path / "discount.yaml"
    path.write_text(TABLE, encoding="utf-8")
    return path


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself_and_speaks_json(command: str) -> None:
    assert "--json" in said(command, "--help")
    assert f"  {command} " in said("--help")


# -- expressions -----------------------------------------------------------------------------------------------


def test_a_value_is_printed_as_the_language_writes_it() -> None:
    assert said("eval", "0.1 + 0.2") == "0.3\n"
    assert said("eval", 'due + @"P1D"', "--with", '{due: @"2026-05-20"}') == "2026-05-21\n"
    assert answer("eval", "[1.50, {到期: d}]", "--with", '{d: @"2026-05-20"}')["value"] == [
        "1.5",
        {"到期": "2026-05-20"},
    ]


def test_a_null_says_why() -> None:
    assert said("eval", "a + 1", "--with", '{"a": null}') == "null\n! + with null is null\n"


def test_a_mistake_is_pointed_at_even_behind_chinese_characters() -> None:
    result = run("eval", '客户 = "A" and amuont > 1', "--with", '{"客户": "A", "amount": 2}')

    assert result.exit_code == 1
    assert result.stderr.splitlines()[:3] == [
        "expression:1:14 FEEL101 unknown name 'amuont'; did you mean 'amount'?",
        '    客户 = "A" and amuont > 1',
        "    " + " " * 15 + "^",
    ]


def test_a_mistake_in_json_has_its_place() -> None:
    wrong = answer("check", "1 +\n  * 2")

    assert wrong["ok"] is False
    assert [(e["code"], e["file"], e["line"], e["column"]) for e in wrong["errors"]] == [
        ("FEEL001", "expression", 2, 3)
    ]


def test_fields_of_lines_are_checked_against_the_given_example() -> None:
    result = run("check", "sum(lines.pric)", "--with", '{"lines": [{"price": null}, {"price": 2}]}')

    assert "did you mean 'price'?" in result.stderr


def test_an_expression_is_read_from_a_file(tmp_path: Path) -> None:
    path = tmp_path / "rule.feel"
    path.write_text("amount > 1\n  and amont < 5\n", encoding="utf-8")

    result = run("check", str(path), "--with", '{"amount": 1}')

    assert result.stderr.startswith(f"{path}:2:7 FEEL101")


def test_the_checker_tells_what_cannot_be_a_filter() -> None:
    assert answer("check", "a > 1", "--with", '{"a": 1}')["sql"] is True

    refused = answer("check", 'string join(split(a, ","), ";") = "b"', "--with", '{"a": "b"}')

    assert refused["sql"] is False
    assert refused["sql_refusal"]["code"] == "FEEL040"


def test_a_result_is_explained_part_by_part() -> None:
    assert said("explain", "a * 2 > 3", "--with", "{a: 2}").splitlines() == [
        "a * 2 > 3 = true",
        "  a * 2 = 4",
        "    a = 2",
    ]
    assert answer("explain", "a * 2", "--with", "{a: 2}")["parts"][0]["value"] == "2"


def test_what_is_neither_json_nor_feel_is_wrong_usage() -> None:
    assert run("eval", "1", "--with", "[").exit_code == 2
    assert run("eval", "1", "--with", "[1]").exit_code == 2


# -- tables ----------------------------------------------------------------------------------------------------


def test_a_table_without_faults_passes(table: Path) -> None:
    assert said("table", str(table)).splitlines()[0] == "discount: 3 rules, UNIQUE"
    assert answer("table", str(table))["tables"][0]["findings"] == []


def test_a_gap_is_told_in_the_words_of_the_table(table: Path) -> None:
    table.write_text(TABLE.replace("< 1000", "< 900"), encoding="utf-8")

    result = run("table", str(table))

    assert result.exit_code == 1
    assert "  gap: no rule for 900 <= 金额 < 1000" in result.stdout.splitlines()


def test_a_mistake_in_a_cell_is_pointed_at(table: Path) -> None:
    table.write_text(TABLE.replace("< 1000", "< levl"), encoding="utf-8")

    result = run("table", str(table))

    assert result.stderr.splitlines()[:3] == [
        f"{table}:8:9 FEEL101 unknown name 'levl'; did you mean 'level'?",
        '      - ["< levl", "-", 0]',
        "            ^",
    ]


def test_everything_wrong_with_the_form_of_a_table_is_told_at_once(table: Path) -> None:
    text = (
        TABLE.replace('"-", 0]', '"-"]')
        .replace("table: discount", "hit: SOMETIMES")
        .replace("type: string", "type: txt")
    )
    table.write_text(text, encoding="utf-8")

    errors = answer("table", str(table))["errors"]

    assert {(error["code"], error["line"]) for error in errors} == {("FEEL303", 1), ("FEEL303", 4), ("FEEL303", 8)}


def test_a_model_is_checked_together_with_those_it_imports(tmp_path: Path) -> None:
    (tmp_path / "m.dmn").write_text(KIT_MODEL, encoding="utf-8")
    (tmp_path / "broken.dmn").write_text("<", encoding="utf-8")
    path = tmp_path / "outer.dmn"
    needs = '<informationRequirement><requiredDecision href="urn:m#d"/></informationRequirement>'
    path.write_text(
        KIT_MODEL.replace('"urn:m" id="m">', '"urn:o" id="o"><import name="m" namespace="urn:m" importType="x"/>')
        .replace("40 + 2", "m.answer + 1")
        .replace("<literal", f"{needs}<literal"),
        encoding="utf-8",
    )

    assert said("check", str(path)) == "nothing found\n"


def test_a_table_becomes_dmn_that_is_read_back_and_checked(table: Path, tmp_path: Path) -> None:
    path = tmp_path / "discount.dmn"

    said("table", str(table), "--export", str(path))

    assert read_dmn(path.read_bytes()).name == "discount"
    assert answer("table", str(path))["tables"] == answer("table", str(table))["tables"]
    assert said("check", str(path)) == "nothing found\n"


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("inputs: [", "yaml_syntax"),
        ("- 1", "FEEL303"),
        ("inputs: [a]\noutputs: [b]\nrules: 3", "FEEL303"),
        ("inputs: [a]\noutputs: [b]\nnames: 3\nrules: [[1, 2]]", "FEEL303"),
        ("inputs: [a]\noutputs: [b]\nnames: {c: money}\nrules: [[1, 2]]", "FEEL303"),
        ("inputs: [a]\noutputs: [b]\nrules: [[1]]", "FEEL303"),
    ],
)
def test_what_is_no_table_is_refused_with_its_place(text: str, wanted: str, table: Path) -> None:
    table.write_text(text, encoding="utf-8")

    (error,) = answer("table", str(table))["errors"]

    assert (error["code"], error["file"]) == (wanted, str(table))


def test_files_that_cannot_be_read_or_written_are_said_without_a_trace(table: Path, tmp_path: Path) -> None:
    strange = tmp_path / "strange.feel"
    strange.write_bytes(b"\xff\xfe")

    assert "is not UTF-8" in run("check", str(strange)).output
    assert "nowhere" in run("table", str(table), "--export", str(tmp_path / "nowhere" / "a.dmn")).output


# -- the line reader -------------------------------------------------------------------------------------------


def typed(*lines: str) -> str:
    return str(run("repl", typed="\n".join(lines) + "\n").output)


def test_names_stay_from_line_to_line() -> None:
    assert "> 6\n" in typed("let a = 2", "a * 3")


def test_a_mistake_does_not_end_the_line_reader() -> None:
    shown = typed("1 +", "7 * 6")

    assert "FEEL005" in shown
    assert "> 42\n" in shown


def test_the_line_reader_explains_checks_and_helps() -> None:
    assert "1 + 2 = 3" in typed("explain 1 + 2")
    assert "type: boolean" in typed("check 1 > 2")
    assert 'string join(["Ada", null, "Byron"], " ") = "Ada Byron"' in typed("help string join")
    assert "string length" in typed("functions")
    assert "let NAME = EXPRESSION" in typed("help")


@pytest.mark.skipif(find_spec("readline") is None or find_spec("pty") is None, reason="this system has no line reader")
def test_the_tabulator_completes_names_fields_and_functions(tmp_path: Path) -> None:
    typed = ["amo\t * 2\n", "sum(lines.pr\t)\n", 'string le\t("abc")\n', "help string jo\t\n", "quit\n"]
    given = '{"amount": 21, "lines": [{"price": 17}]}'

    shown = at_a_terminal(["repl", "--with", given], typed, tmp_path)

    assert [wanted for wanted in ("42", "17", "Ada Byron") if wanted not in shown] == []
    history = (tmp_path / ".tessera_feel_history").read_text().splitlines()
    assert history[-5:] == ["amount * 2", "sum(lines.price)", 'string length("abc")', "help string join", "quit"]


def at_a_terminal(words: list[str], typed: list[str], home: Path) -> str:
    """Run a command at a terminal of its own; type a line whenever it asks for one."""
    import pty

    here, there = pty.openpty()
    environment = {**os.environ, "HOME": str(home), "TERM": "dumb", "TESSERA_LANGUAGE": "en"}
    command = [sys.executable, "-m", "engine.cli", "rules", *words]
    child = subprocess.Popen(command, cwd=ROOT, stdin=there, stdout=there, stderr=there, env=environment)
    os.close(there)
    shown = ""
    try:
        for line in typed:
            asked = shown.count("> ") + 1
            while shown.count("> ") < asked and select.select([here], [], [], 20)[0]:
                shown += os.read(here, 4096).decode(errors="replace")
            os.write(here, line.encode())
        while select.select([here], [], [], 20)[0]:
            shown += os.read(here, 4096).decode(errors="replace")
    except OSError:  # the other end is closed
        pass
    finally:
        child.wait(20)
        os.close(here)
    return shown


def test_each_line_is_answered_by_a_line_of_json() -> None:
    result = run("repl", "--json", typed="1 + 1\n1 +\nquit\n")

    first, second = map(json.loads, result.stdout.splitlines())
    assert first["value"] == "2"
    assert second["errors"][0]["code"] == "FEEL005"


def test_help_on_a_function_suggests_another_when_there_is_none() -> None:
    assert "did you mean sum?" in run("reference", "summ").output
    assert answer("reference", "sum")[0]["examples"][0] == {"expression": "sum([1.5, 2.5])", "gives": "4"}


# -- the conformance kit ---------------------------------------------------------------------------------------


def test_the_kit_tells_of_each_test_what_came_out(tmp_path: Path) -> None:
    folder = tmp_path / "0001-answer"
    folder.mkdir()
    (folder / "m.dmn").write_text(KIT_MODEL, encoding="utf-8")
    (folder / "m-test-01.xml").write_text(KIT_CASES, encoding="utf-8")

    result = run("tck", str(tmp_path))

    assert result.exit_code == 1
    assert result.stdout.splitlines() == [
        "pass 0001-answer/m-test-01.xml 001 answer: 42",
        "FAIL 0001-answer/m-test-01.xml 002 answer: 42 instead of 43",
        "all cases: 1 of 2",
        "cases that expect a value: 1 of 2",
        "mean over 1 folders: 50.00 %",
    ]
    assert answer("tck", str(tmp_path), "--failed")["results"][0]["actual"] == "42"


def test_a_file_of_cases_that_is_not_xml_counts_as_a_failure(tmp_path: Path) -> None:
    (tmp_path / "broken.xml").write_text("<testCases", encoding="utf-8")

    result = run("tck", str(tmp_path))

    assert result.exit_code == 1
    assert result.stdout.startswith("FAIL ./broken.xml")
