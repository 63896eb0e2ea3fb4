"""A pack is upgraded under an overlay: nothing of the tenant's is lost silently, nothing is overwritten silently."""

from __future__ import annotations

import pytest

from engine.metamodel import compile_tenant, rebase
from tests.metamodel.conftest import MakeLayer, overlay

OLD = """
object: thing
title: {zh: 东西, en: Thing}
icon: box
fields:
  name: {type: text, title: {zh: 名称, en: Name}, length: 80}
  fax: {type: phone}
  note: {type: text}
"""


def sorted_out(layer: MakeLayer, new: str, wishes: str, *for_the_pack: str) -> dict[str, list[str]]:
    found = rebase([layer(OLD)], [layer(new, version="1.1.0")], overlay(wishes), for_the_pack)
    return {
        "kept": [str(wish) for wish in found.kept],
        "clashed": [str(clash.wish) for clash in found.clashed],
        "lost": [str(lost.wish) for lost in found.lost],
        "taken over": [str(wish) for wish in found.taken_over],
    }


@pytest.mark.parametrize(
    ("new", "wishes", "where", "wish"),
    [
        (OLD.replace("80", "90"), "set: {icon: home}", "kept", "set object thing icon"),
        (OLD.replace("box", "home"), "set: {icon: home}", "taken over", "set object thing icon"),
        (OLD.replace("box", "cart"), "set: {icon: home}", "clashed", "set object thing icon"),
        (OLD.replace("  note: {type: text}\n", ""), "set: {fields: {note: {required: true}}}", "lost",
         "set object thing fields.note.required"),
        (OLD.replace("名称", "名字"), "set: {fields: {name: {title: {zh: 医院}}}}", "clashed",
         "set object thing fields.name.title.zh"),
        (OLD.replace("Name", "Label"), "set: {fields: {name: {title: {zh: 医院}}}}", "kept",
         "set object thing fields.name.title.zh"),
        (OLD, "insert: {fields: {own: {type: text, after: name}}}", "kept", "insert object thing fields.own"),
        (OLD + "  own: {type: text}\n", "insert: {fields: {own: {type: text, after: name}}}", "taken over",
         "insert object thing fields.own"),
        (OLD + "  own: {type: date}\n", "insert: {fields: {own: {type: text}}}", "clashed",
         "insert object thing fields.own"),
        (OLD, "remove: {fields: [fax]}", "kept", "remove object thing fields.fax"),
        (OLD.replace("  fax: {type: phone}\n", ""), "remove: {fields: [fax]}", "taken over",
         "remove object thing fields.fax"),
        (OLD.replace("phone", "text"), "remove: {fields: [fax]}", "clashed", "remove object thing fields.fax"),
    ],
)  # fmt: skip
def test_each_wish_is_told_what_becomes_of_it(new: str, wishes: str, where: str, wish: str, layer: MakeLayer) -> None:
    found = sorted_out(layer, new, f"change: object thing\n{wishes}\n")

    assert found.pop(where) == [wish]
    assert not any(found.values())


def test_a_definition_of_its_own_that_the_pack_now_has_too_clashes(layer: MakeLayer) -> None:
    own = "object: own\ntitle: Own\nfields: {name: {type: text}}\n"

    assert sorted_out(layer, OLD, own)["kept"] == ["define object own"]
    assert sorted_out(layer, f"{OLD}---\n{own}", own)["clashed"] == ["define object own"]


def test_what_is_lost_or_taken_over_leaves_the_overlay(layer: MakeLayer) -> None:
    wishes = (
        "change: object thing\nset: {icon: home, fields: {note: {required: true}, fax: {required: true}}}\n"
        "remove: {fields: [name]}\n"
    )
    new = OLD.replace("box", "home").replace("  note: {type: text}\n", "").replace("name", "label", 1)

    above = layer(new, version="1.1.0")
    found = rebase([layer(OLD)], [above], overlay(wishes))
    model = compile_tenant([above, found.overlay])

    assert found.overlay.documents[0].body == {"set": {"fields": {"fax": {"required": True}}}}
    assert model.objects["thing"].fields["fax"].required


def test_an_overlay_of_which_nothing_is_left_is_empty(layer: MakeLayer) -> None:
    found = rebase(
        [layer(OLD)], [layer(OLD.replace("box", "home"))], overlay("change: object thing\nset: {icon: home}\n")
    )

    assert found.overlay.documents == ()


def test_a_clash_is_decided_once(layer: MakeLayer) -> None:
    new, wishes = layer(OLD.replace("box", "cart")), overlay("change: object thing\nset: {icon: home}\n")

    mine = rebase([layer(OLD)], [new], wishes)
    theirs = rebase([layer(OLD)], [new], wishes, for_the_pack=["set object thing icon"])

    assert compile_tenant([new, mine.overlay]).objects["thing"].icon == "home"
    assert compile_tenant([new, theirs.overlay]).objects["thing"].icon == "cart"
    assert (mine.clashed[0].before, mine.clashed[0].after) == ("box", "cart")


def test_clashes_are_told_in_words_of_the_business(layer: MakeLayer) -> None:
    new = layer(OLD.replace("80", "90"))
    wishes = overlay("change: object thing\nset: {fields: {name: {length: 40}}}\n")

    found = rebase([layer(OLD)], [new], wishes, language="zh")

    assert found.clashed[0].words == "东西 › fields › 名称 › length"
