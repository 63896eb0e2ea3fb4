"""``tessera rules table``: decision tables of files, what is wrong with them as a whole, and their form as DMN."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from engine.cli.console import FAILED, OK, Console, verb
from engine.cli.rules_given import Told, excerpt, pointing

if TYPE_CHECKING:
    from engine.kernel.diagnostics import Diagnostic
    from engine.rules.decisions import DecisionTable, TableBox
    from engine.rules.decisions.boxes import Definitions
    from engine.rules.decisions.dmn_writer import Version
    from engine.rules.source import Source


@dataclass(frozen=True, slots=True)
class _Tables:
    """The tables of a file by name, what the checker has to say, and the file as a DMN model."""

    tables: dict[str, DecisionTable]
    diagnostics: tuple[Diagnostic, ...]
    definitions: Definitions


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--export", type=click.Path(dir_okay=False, path_type=Path), help="Write the model to this .dmn file.")
@click.option("--dmn", "version", type=click.Choice(["1.5", "1.3"]), default="1.5", help="Version of what is written.")
@verb
def table(console: Console, file: Path, export: Path | None, version: Version) -> int:
    """Look at each decision table of FILE (.dmn or YAML) as a whole: gaps, overlaps, rules that never hit.

    Ends with 1 when something was found. A table with hit policy FIRST may hide a rule behind earlier ones; that is
    found as well.
    """
    from engine.rules.decisions import analyse, write_dmn

    with pointing(console) as told:
        read = _read(file, told)
        found = {name: analyse(one) for name, one in read.tables.items()}
        if export is not None:
            _write(export, write_dmn(read.definitions, version=version))
        tables = [
            {
                "name": name,
                "hit_policy": one.box.hit_policy,
                "rules": len(one.box.rules),
                "findings": [finding.as_dict(console.language) for finding in found[name]],
            }
            for name, one in read.tables.items()
        ]
        warnings = [warning.as_dict(console.language) for warning in read.diagnostics]
        lines = [*_in_words(tables), *(found.line(console.language) for found in read.diagnostics)]
        told.code = FAILED if any(found.values()) else OK
        console.result({"ok": told.code == OK, "tables": tables, "warnings": warnings}, "\n".join(lines))
    return told.code


def _write(path: Path, content: bytes) -> None:
    try:
        path.write_bytes(content)
    except OSError as error:
        raise click.FileError(str(path), error.strerror) from None


def check_file(console: Console, path: Path) -> int:
    """Check every expression of a .dmn model, or of a decision table in YAML."""
    with pointing(console) as told:
        read = _read(path, told)
        lines = [line for found in read.diagnostics for line in (found.line(console.language), *excerpt(told, found))]
        errors = [found.as_dict(console.language) for found in read.diagnostics]
        console.result({"ok": not errors, "warnings": errors}, "\n".join(lines or ["nothing found"]))
        told.code = FAILED if errors else OK
    return told.code


def _in_words(tables: list[dict[str, Any]]) -> Iterator[str]:
    if not tables:
        yield "the file holds no decision table"
    for one in tables:
        yield f"{one['name']}: {one['rules']} rules, {one['hit_policy']}"
        yield from (f"  {found['kind']}: {found['message']}" for found in one["findings"])
        if not one["findings"]:
            yield "  every input has its rule, and nothing is in the way of another"


def _read(path: Path, told: Told) -> _Tables:
    return _read_dmn(path) if path.suffix == ".dmn" else _read_yaml(path, told)


# -- DMN -------------------------------------------------------------------------------------------------------


def _read_dmn(path: Path) -> _Tables:
    from engine.rules.decisions import load_model, read_dmn
    from engine.rules.decisions.boxes import Element, FunctionBox, Knowledge, Service, TableBox
    from engine.rules.decisions.compiler import Texts, compile_table
    from engine.rules.decisions.item_types import ItemTypes
    from engine.rules.decisions.table import DecisionTable
    from engine.rules.feel_types import FunctionType
    from engine.rules.scope import Names

    definitions = read_dmn(path.read_bytes(), path.name)
    types = ItemTypes({item.name: item for item in definitions.items}, {})
    allowed = {item.name: item.allowed for item in definitions.items}

    def type_of(element: Element) -> Any:
        function = isinstance(element, Knowledge | Service)
        return FunctionType() if function else types.type(element.variable.type_ref)

    names = {element.variable.name: type_of(element) for element in definitions.elements}
    tables = {}
    for element in definitions.elements:
        box, own = element.box, dict(names)
        if isinstance(box, FunctionBox):
            own |= {parameter.name: types.type(parameter.type_ref) for parameter in box.parameters}
            box = box.body
        if isinstance(box, TableBox):
            # what the type of a column allows, its rules need not test
            inputs = tuple(replace(c, allowed=c.allowed or allowed.get(c.type_ref, "")) for c in box.inputs)
            box = replace(box, inputs=inputs)
            compiled = compile_table(box, Names(own, types.named()), types, Texts(lenient=True))
            tables[element.name] = DecisionTable(box, compiled, ())
    return _Tables(tables, load_model(definitions, _imported(path, definitions)).diagnostics, definitions)


def _imported(path: Path, definitions: Definitions) -> Iterator[Definitions]:
    """Yield the models of the same folder where the model imports any."""
    from engine.kernel.errors import BadDefinition
    from engine.rules.decisions import read_dmn

    for other in sorted(path.parent.glob("*.dmn")) if definitions.imports else ():
        if other != path:
            with suppress(BadDefinition):  # one that nobody imports may be broken
                yield read_dmn(other.read_bytes(), other.name)


# -- YAML ------------------------------------------------------------------------------------------------------


def _read_yaml(path: Path, told: Told) -> _Tables:
    from engine.kernel.diagnostics import Findings
    from engine.kernel.errors import BadDefinition
    from engine.metamodel.packs.reader import compose
    from engine.metamodel.packs.source import text_of_bytes
    from engine.rules.decisions import compile_decision_table
    from engine.rules.decisions.plain_table import names_of_table, read_table
    from engine.rules.source import Source

    findings = Findings()
    file = str(path)
    text = text_of_bytes(path.read_bytes(), file, findings)
    told.texts[file] = text or ""
    documents = compose(text, file, findings) if text is not None else []
    if findings.errors:
        raise BadDefinition(findings.errors)
    tables, boxes = {}, {}
    for number, document in enumerate(documents):

        def placed(at: tuple[str | int, ...], written: str, document: Any = document) -> Source:
            place = document.place.at(at)
            return Source(written, place.span, place.raw if written else None)

        box = read_table(document.value, placed)
        name = str(document.value.get("table") or f"{path.stem}{number + 1 if number else ''}")
        names = names_of_table(box, document.value)
        tables[name] = compile_decision_table(box, names)
        boxes[name] = (box, {known: str(names.types[known]) for known in names.types})
    warnings = tuple(warning for one in tables.values() for warning in one.warnings)
    return _Tables(tables, warnings, _as_model(path.stem, boxes))


def _as_model(name: str, boxes: dict[str, tuple[TableBox, dict[str, str]]]) -> Definitions:
    """Return a model with a decision for each table, and input data for each name that they use."""
    from engine.rules.decisions.boxes import Decision, Definitions, InputData, Variable

    space = f"urn:tessera:{name}"
    types = {known: type_ for _, names in boxes.values() for known, type_ in names.items()}
    ids = {known: f"{space}#input_{number}" for number, known in enumerate(types, 1)}
    given = [InputData(ids[known], known, Variable(known, type_)) for known, type_ in types.items()]
    decided = [
        Decision(f"{space}#decision_{number}", title, Variable(title), tuple(ids[known] for known in names), box)
        for number, (title, (box, names)) in enumerate(boxes.items(), 1)
    ]
    return Definitions(space, name, elements=(*given, *decided))
