"""Whatever stands in a pack: it compiles, or everything wrong with it is told. Nothing else ever happens."""

from __future__ import annotations

import os
import random
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from engine.kernel.diagnostics import Findings
from engine.kernel.errors import BadDefinition
from engine.metamodel import Document, Layer, check_pack, compile_tenant, rebase
from engine.metamodel.definitions import KINDS, Place
from engine.metamodel.packs.folder import read_documents
from tests.metamodel.conftest import PACK

HERE = Path(__file__).parent
SHOP = (HERE / "packs" / "shop" / "shop.yaml").read_text("utf-8")
TIMES = {"1": 1, "2": 20, "3": 200}[os.environ.get("TESSERA_CAMPAIGN", "1")]
AVAILABLE = [kind.name for kind in KINDS.values() if kind.available]
WORDS = sorted(set(SHOP.translate(str.maketrans("{},:", "    ")).split()))


def compile_or_tell(layers: list[Layer]) -> None:
    try:
        compile_tenant(layers)
    except BadDefinition as error:
        told = error.diagnostics
    else:
        return
    assert told
    assert all(found.code and found.message for found in told)


def shop() -> Layer:
    return Layer("shop", "1.0.0", tuple(read_documents(SHOP.encode(), "shop.yaml", Findings())))


@settings(max_examples=200 * TIMES, deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes(content: bytes) -> None:
    read_documents(content, "x.yaml", Findings())


@settings(max_examples=200 * TIMES, deadline=None)
@given(st.text(alphabet=st.sampled_from("ab:-{}[],'\"|>&*!%#?@\n =.1"), max_size=60))
def test_any_text_of_yaml_signs(text: str) -> None:
    read_documents(text.encode(), "x.yaml", Findings())


def test_a_pack_cut_off_anywhere() -> None:
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "pack.yaml").write_text(PACK)
        random.seed(1)
        for cut in sorted(random.sample(range(len(SHOP)), 25 * TIMES)):
            (Path(folder) / "x.yaml").write_text(SHOP[:cut], encoding="utf-8")
            check_pack(Path(folder))


SCALARS = st.one_of(
    st.sampled_from(WORDS),
    st.sampled_from(["", "=", "= 1", "x.y", "*", "same", "a.b.c", "[0..1]", "名", "1 +", "-", "?", "record.x"]),
    st.integers(-5, 400),
    st.floats(allow_nan=False, allow_infinity=False, width=16),
    st.booleans(),
    st.none(),
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(st.sampled_from(WORDS), inner, max_size=4)),
    max_leaves=8,
)


@settings(max_examples=100 * TIMES, deadline=None)
@given(st.sampled_from(AVAILABLE), st.dictionaries(st.sampled_from(WORDS), VALUES, max_size=6))
def test_any_values_under_any_kind(kind: str, body: dict[str, Any]) -> None:
    id = "object customer" if kind == "change" else "thing"
    document = Document(kind, id, body, Place("x.yaml", 1, 1, 1, 1))

    compile_or_tell([shop(), Layer("own", "1.0.0", (document,))])


def paths_of(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    found = [path] if path else []
    parts = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, part in parts:
        found += paths_of(part, (*path, key))
    return found


def with_change(value: Any, path: tuple[Any, ...], new: Any) -> Any:
    if not path:
        return new
    key, *rest = path
    copy = dict(value) if isinstance(value, dict) else list(value)
    if rest:
        copy[key] = with_change(value[key], tuple(rest), new)
    elif new is ...:
        del copy[key]
    elif isinstance(new, tuple) and isinstance(copy, dict):
        copy = {(new[0] if old == key else old): part for old, part in copy.items()}
    else:
        copy[key] = new[0] if isinstance(new, tuple) else new
    return copy


@settings(max_examples=150 * TIMES, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_a_sound_pack_with_one_thing_spoiled(data: st.DataObject) -> None:
    documents = list(shop().documents)
    for _ in range(data.draw(st.integers(1, 3))):
        index = data.draw(st.integers(0, len(documents) - 1))
        document = documents[index]
        paths = paths_of(document.body)
        if not paths:
            continue
        path = data.draw(st.sampled_from(paths))
        rename = st.sampled_from(WORDS).map(lambda word: (word,))
        new = data.draw(st.one_of(st.just(...), SCALARS, rename, VALUES))
        documents[index] = Document(document.kind, document.id, with_change(document.body, path, new), document.place)

    compile_or_tell([Layer("shop", "1.0.0", tuple(documents))])


@settings(max_examples=100 * TIMES, deadline=None)
@given(
    st.sampled_from(["object customer", "lifecycle sales_order", "dictionary level", "list customer", "role rep"]),
    st.sampled_from(["set", "insert", "remove"]),
    VALUES,
    st.data(),
)
def test_any_change_of_a_sound_pack(target: str, verb: str, value: Any, data: st.DataObject) -> None:
    kind, _, id = target.partition(" ")
    body = next(one.body for one in shop().documents if (one.kind, one.id) == (kind, id))
    for key in reversed(data.draw(st.sampled_from([(), *paths_of(body)]))):
        value = {key: value} if isinstance(key, str) else [value]
    overlay = Layer("overlay", "1", (Document("change", target, {verb: value}, Place("o.yaml", 1, 1, 1, 1)),))

    compile_or_tell([shop(), overlay])
    rebase([shop()], [shop()], overlay)


@pytest.mark.parametrize("path", sorted((HERE / "cases").glob("*.yaml")), ids=lambda path: path.stem)
def test_the_wrong_packs_of_the_tables_all_together(path: Path) -> None:
    documents: list[Document] = []
    for case in YAML(typ="safe").load(path.read_text("utf-8")):
        documents += read_documents(case["text"].encode(), "x.yaml", Findings())

    compile_or_tell([Layer("all", "1.0.0", tuple(documents))])
