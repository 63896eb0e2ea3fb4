"""What every shipped pack must be: bilingual, complete, usable by each of its roles, in the words of the glossary."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from engine.metamodel import Layer, PackSource, TenantModel, compile_tenant, load_pack
from engine.metamodel.model import FieldModel, ObjectModel

ROOT = Path(__file__).parents[2]
PACKS = sorted(path.parent for path in (ROOT / "packs").glob("*/pack.yaml"))
GLOSSARY = ROOT.parent / "shared" / "requirements" / "glossary.md"
LABELS = ("title", "plural", "help", "say", "confirm", "description")
# ids that the glossary does not list: they say what a listed one is made of
PARTS = re.compile(
    r".+_(line|member|post|limit|rule|score|claim|term|template|group|trial|letter)$|execution$|exchange_rate$"
)


@pytest.fixture(params=PACKS, ids=lambda path: path.name)
def folder(request: pytest.FixtureRequest) -> Path:
    path: Path = request.param
    return path


def test_a_pack_holds_no_code(folder: Path) -> None:
    allowed = {".yaml", ".csv", ".html", ".md", ".svg", ".png"}

    foreign = [path.name for path in folder.rglob("*") if path.is_file() and path.suffix not in allowed]

    assert not foreign


def test_every_label_is_written_in_every_language_of_the_pack(folder: Path) -> None:
    source = source_of(folder)

    missing = [
        f"{document.kind} {document.id}: {'.'.join(path)}"
        for document in source.documents
        for path, label in labels_of(document.kind, document.body)
        if not isinstance(label, Mapping) or not all(label.get(one) for one in source.identity.languages)
    ]

    assert not missing, "\n".join(missing)


def test_every_field_and_transition_has_a_label_of_its_own(folder: Path) -> None:
    model = model_of(folder)

    bare = [
        f"{object.name}.{field.name}"
        for object in model.objects.values()
        for field in object.fields.values()
        if not field.system and field.title.in_language("en") == field.name
    ]

    assert not bare


def test_chinese_labels_are_chinese_and_english_ones_are_not(folder: Path) -> None:
    chinese = re.compile(r"[\u4e00-\u9fff]")
    wrong = []
    for document in source_of(folder).documents:
        for path, label in labels_of(document.kind, document.body):
            if isinstance(label, Mapping) and chinese.search(label.get("en", "")):
                wrong.append(f"{document.kind} {document.id}: {'.'.join(path)}: {label['en']}")

    assert not wrong


def test_every_icon_is_in_the_sprite(folder: Path) -> None:
    sprite = set((ROOT / "frontend" / "icons.txt").read_text(encoding="utf-8").split())
    model = model_of(folder)

    missing = {object.icon for object in model.objects.values()} - sprite

    assert not missing, f"add these to frontend/icons.txt: {missing}"


def test_every_object_has_a_list_and_a_form_that_show_it_whole(folder: Path) -> None:
    model = model_of(folder)
    for object in top_objects(model):
        assert 3 <= len(model.lists[object.name].columns) <= 10, object.name
        shown = {
            field.name for tab in model.forms[object.name].tabs for section in tab.sections for field in section.fields
        }
        hidden = [field.name for field in object.fields.values() if must_be_entered(field) and field.name not in shown]
        assert not hidden, f"the form of {object.name} lacks required fields: {hidden}"


def test_no_section_of_a_form_is_too_long_to_take_in(folder: Path) -> None:
    model = model_of(folder)

    long = [
        f"{form.name}: {section.name}"
        for form in model.forms.values()
        if form.object in {object.name for object in top_objects(model)}
        for tab in form.tabs
        for section in tab.sections
        if len(section.fields) > 12
    ]

    assert not long


def test_every_object_is_on_a_menu(folder: Path) -> None:
    model = model_of(folder)
    listed = {item.object for menu in model.menus for group in menu.groups for item in group.items}

    lost = {object.name for object in top_objects(model)} - listed

    assert not lost


def test_menus_are_short_enough_to_be_seen_whole(folder: Path) -> None:
    groups = [group for menu in model_of(folder).menus for group in menu.groups]

    assert all(1 <= len(group.items) <= 7 for group in groups)


def test_every_role_can_work(folder: Path) -> None:
    model = model_of(folder)
    for role in model.roles.values():
        if role.administrator:
            continue
        readable = {name for name, grant in role.grants.items() if "read" in grant.actions}
        assert readable, f"{role.name} sees nothing"
        for name, grant in role.grants.items():
            assert set(grant.actions) <= {"read"} or name in readable, f"{role.name} changes {name} without seeing it"
            if "create" in grant.actions:
                barred = [
                    field.name
                    for field in model.objects[name].fields.values()
                    if must_be_entered(field) and field.name in grant.fields
                ]
                assert not barred, f"{role.name} cannot fill in {barred} of {name}"
            unseen = referred_to(model.objects[name]) - readable
            if set(grant.actions) & {"create", "update"}:
                assert not unseen, f"{role.name} enters {name} but cannot see {unseen}"


def test_no_object_is_left_to_administrators_alone(folder: Path) -> None:
    model = model_of(folder)
    granted = {name for role in model.roles.values() for name in role.grants}

    alone = {object.name for object in top_objects(model)} - granted

    assert not alone


def test_every_condition_on_rows_can_be_said_in_sql(folder: Path) -> None:
    model = model_of(folder)
    conditions = [
        *(view.where for listed in model.lists.values() for view in listed.views),
        *(listed.where for listed in model.lists.values()),
        *(field.where for object in model.objects.values() for field in object.fields.values()),
        *(
            grant.when
            for role in model.roles.values()
            for one in role.grants.values()
            for grant in one.actions.values()
        ),
    ]

    refused = [condition.text for condition in conditions if condition is not None and condition.sql_refusal]

    assert not refused


def test_objects_bear_the_names_of_the_glossary(folder: Path) -> None:
    if not GLOSSARY.is_file():
        pytest.skip(f"the glossary is not there: {GLOSSARY}")
    words = glossary()
    unknown, renamed = [], []
    for object in model_of(folder).objects.values():
        if PARTS.fullmatch(object.name):
            continue
        if object.name not in words:
            unknown.append(object.name)
            continue
        chinese, english = words[object.name]
        if object.title.in_language("zh") not in chinese or object.title.in_language("en").lower() != english:
            renamed.append(f"{object.name}: {object.title.by_language} instead of {words[object.name]}")

    assert not unknown, f"the glossary has another word for: {unknown}"
    assert not renamed, "\n".join(renamed)


# ---------------------------------------------------------------------------------------------------------------------


@cache
def source_of(folder: Path) -> PackSource:
    return load_pack(folder)


@cache
def model_of(folder: Path) -> TenantModel:
    source = source_of(folder)
    below = [layer for name in source.identity.needs for layer in [layer_of(ROOT / "packs" / name)]]
    return compile_tenant([*below, layer_of(folder)])


def layer_of(folder: Path) -> Layer:
    source = source_of(folder)
    return Layer(source.identity.name, source.identity.version, source.documents)


def labels_of(kind: str, value: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    if isinstance(value, list):
        for index, entry in enumerate(value):
            yield from labels_of(kind, entry, (*path, str(index)))
    elif isinstance(value, Mapping):
        for key, entry in value.items():
            within = (*path, str(key))
            shorthand = kind == "dictionary" and path == ("items",) and "title" not in entry
            # a field, a state or a section may be called like a label; then its value has keys of its own
            named_alike = isinstance(entry, Mapping) and bool({"type", "fields", "sections"} & entry.keys())
            formula = isinstance(entry, str) and entry.startswith("=")
            if shorthand or (key in LABELS and not named_alike and not formula):
                yield within, entry
            else:
                yield from labels_of(kind, entry, within)


def top_objects(model: TenantModel) -> list[ObjectModel]:
    return [object for object in model.objects.values() if object.parent is None]


def must_be_entered(field: FieldModel) -> bool:
    return field.required and field.default is None and not field.computed and not field.system and not field.readonly


def referred_to(object: ObjectModel) -> set[str]:
    return {field.targets[0] for field in object.fields.values() if field.references and must_be_entered(field)}


@cache
def glossary() -> Mapping[str, tuple[str, str]]:
    row = re.compile(r"\| ([^|]+) \| `([a-z_]+)` \| ([^|]+) \|")
    found = row.findall(GLOSSARY.read_text(encoding="utf-8"))
    return {id: (chinese.strip(), re.sub(r" \(.*\)", "", english).strip()) for chinese, id, english in found}
