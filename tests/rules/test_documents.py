"""What the guides say about the language is true: every example is compiled and run; the reference is current."""

from __future__ import annotations

import doctest
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from engine import rules
from engine.cli.__main__ import main
from engine.kernel.errors import BadDefinition
from engine.rules import Names, Run, compile_expression, grammar
from engine.rules.builtins import BUILTINS
from engine.rules.examples import EXAMPLES, results
from engine.rules.reference_text import reference_document
from engine.rules.sample_types import names_of
from engine.rules.values import equal
from engine.rules.writing import literal_text

DOCS = Path(__file__).parents[2] / "docs"
ENGLISH, CHINESE = DOCS / "rules.md", DOCS / "rules.zh.md"
GUIDES = (ENGLISH, CHINESE)
NOW = datetime(2026, 5, 5, 12, 0, tzinfo=UTC)


def blocks(guide: Path, language: str) -> list[str]:
    """Return the fenced blocks of a language."""
    text = guide.read_text(encoding="utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


def examples(language: str) -> list[Any]:
    """Return each example of the blocks of a language: the expression, and what stands behind the arrow."""
    found = []
    for guide in GUIDES:
        for block in blocks(guide, language):
            # a long expression has its arrow on the next line
            for line in block.replace("\n  =>", " =>").splitlines():
                expression, wanted = (part.strip() for part in line.split("=> "))
                found.append(pytest.param(guide, expression, wanted, id=f"{guide.stem}: {expression}"))
    return found


def given(guide: Path) -> dict[str, Any]:
    """Return the record that the examples of a guide look at."""
    (context,) = blocks(guide, "feel context")
    found: dict[str, Any] = compile_expression(context, Names()).value({}, Run(NOW))
    return found


@pytest.mark.parametrize(("guide", "expression", "wanted"), examples("feel"))
def test_an_example_gives_what_the_guide_says(guide: Path, expression: str, wanted: str) -> None:
    record = given(guide)

    found = compile_expression(expression, names_of(record)).value(record, Run(NOW))

    expected = compile_expression(wanted, Names()).value({}, Run(NOW))
    assert equal(found, expected) is True, literal_text(found)


@pytest.mark.parametrize(("guide", "expression", "wanted"), examples("feel mistake"))
def test_the_checker_says_what_the_guide_says(guide: Path, expression: str, wanted: str) -> None:
    with pytest.raises(BadDefinition) as caught:
        compile_expression(expression, names_of(given(guide)))

    (found,) = caught.value.diagnostics
    assert str(found).removeprefix(f"{found.span} ") == wanted


@pytest.mark.parametrize(("guide", "expression", "wanted"), examples("feel filter"))
def test_what_can_be_a_filter_is_what_the_guide_says(guide: Path, expression: str, wanted: str) -> None:
    refusal = compile_expression(expression, names_of(given(guide))).sql_refusal

    assert ("yes" if refusal is None else "no") == wanted, refusal


@pytest.mark.parametrize("guide", GUIDES, ids=lambda path: path.stem)
def test_the_analysis_of_the_table_is_what_the_guide_says(guide: Path, tmp_path: Path) -> None:
    (table,), (findings,) = blocks(guide, "table"), blocks(guide, "findings")
    path = tmp_path / "discount.yaml"
    path.write_text(table, encoding="utf-8")

    shown = CliRunner().invoke(main, ["rules", "table", str(path)]).stdout.splitlines()

    assert [line.strip() for line in shown[1:]] == findings.splitlines()


@pytest.mark.parametrize(
    "language", ["feel", "feel context", "feel mistake", "feel filter", "table", "findings"]
)  # fmt: skip
def test_both_languages_show_the_same_examples(language: str) -> None:
    assert blocks(ENGLISH, language)
    assert blocks(ENGLISH, language) == blocks(CHINESE, language)


# -- the reference ---------------------------------------------------------------------------------------------


def test_the_reference_is_what_the_built_in_table_gives() -> None:
    written = (DOCS / "rules-reference.md").read_text(encoding="utf-8")

    assert written == reference_document(), "run: tessera rules reference > docs/rules-reference.md"


@pytest.mark.parametrize("name", sorted(BUILTINS))
def test_every_function_has_an_example_that_calls_it(name: str) -> None:
    assert EXAMPLES[name]
    assert all(f"{name}(" in text for text in EXAMPLES[name])
    assert any(result != "null" for _, result in results(name))


# -- the library ---------------------------------------------------------------------------------------------------


def test_every_example_of_the_library_page_gives_what_the_page_says() -> None:
    outcome = doctest.testfile(str(DOCS / "rules-library.md"), module_relative=False, encoding="utf-8")

    assert outcome.attempted > 40
    assert not outcome.failed


def test_the_library_page_names_the_whole_interface_and_nothing_else() -> None:
    page = (DOCS / "rules-library.md").read_text(encoding="utf-8")

    told = set(re.findall(r"`([A-Za-z_]+)`", page[page.index("## The whole interface") :]))

    plain = {"BOOLEAN", "STRING", "DATE", "TIME", "DATE_TIME", "DAYS_DURATION", "YEARS_DURATION", "NULL"}
    assert set(rules.__all__) - plain <= told
    assert all(hasattr(rules, name) for name in rules.__all__)


def test_the_parse_table_that_is_kept_belongs_to_the_grammar() -> None:
    assert grammar.is_current(), "run: python -c 'from engine.rules import grammar; grammar.write_table()'"
