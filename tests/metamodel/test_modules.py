"""A pack is made of modules, which are folders; a tenant may leave out those that the pack calls optional."""

from __future__ import annotations

import pytest

from engine.metamodel import check_pack, compile_tenant, limits, load_pack
from tests.metamodel.conftest import Write

PACK = (
    "pack: demo\nversion: 1.0.0\ntitle: Demo\nmodules: {base: {title: Base}, extra: {title: Extra, optional: true}}\n"
)
FILES: dict[str, str | bytes] = {
    "base/thing.yaml": "object: thing\ntitle: Thing\nfields: {name: {type: text}}\n",
    "extra/part.yaml": "object: part\ntitle: Part\nfields: {thing: {type: reference, to: thing}}\n",
}


def test_an_optional_module_may_be_left_out(write: Write) -> None:
    layer = load_pack(write(FILES, PACK)).layer

    assert set(compile_tenant([layer]).objects) == {"thing", "part"}
    assert set(compile_tenant([layer.without({"extra"})]).objects) == {"thing"}


@pytest.mark.parametrize("module", ["base", "other"])
def test_another_module_may_not(module: str, write: Write) -> None:
    layer = load_pack(write(FILES, PACK)).layer

    with pytest.raises(ValueError, match=module):
        layer.without({module})


def test_a_module_is_a_folder_with_definitions(write: Write) -> None:
    report = check_pack(write({"base/thing.yaml": FILES["base/thing.yaml"]}, PACK))

    assert [f"{error.span} {error.code}" for error in report.errors] == ["pack.yaml:4:32 unknown_module"]


def test_a_pack_may_have_two_hundred_objects(write: Write) -> None:
    def objects(count: int) -> str:
        return "---\n".join(f"object: o{i}\ntitle: T\nfields: {{a: {{type: text}}}}\n" for i in range(count))

    assert check_pack(write(objects(limits.OBJECTS))).sound
    report = check_pack(write(objects(limits.OBJECTS + 1)))
    assert [f"{error.code} {error.message}" for error in report.errors] == [
        "limit_exceeded objects is 201, the most allowed is 200"
    ]


def test_a_pack_may_have_five_thousand_fields(write: Write) -> None:
    def objects(fields: int) -> str:
        found, left = [], fields
        while left > 0:
            count = min(left, 250)
            named = ", ".join(f"f{i}: {{type: text}}" for i in range(count))
            found.append(f"object: o{left}\ntitle: T\nfields: {{{named}}}\n")
            left -= count
        return "---\n".join(found)

    assert check_pack(write(objects(limits.FIELDS_PER_PACK))).sound
    assert [error.code for error in check_pack(write(objects(limits.FIELDS_PER_PACK + 1))).errors] == ["limit_exceeded"]
