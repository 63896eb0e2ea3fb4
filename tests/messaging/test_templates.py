"""Templates read plain copies and nothing else, and cost at most two seconds (list B)."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from engine.kernel.errors import Rejected
from engine.messaging.templates import Templates

ESCAPES = [
    "{{ ''.__class__ }}",
    "{{ ''.__class__.__mro__[1].__subclasses__() }}",
    "{{ ().__class__.__bases__[0] }}",
    "{{ record.__class__ }}",
    "{{ record['__class__'] }}",
    "{{ record|attr('__class__') }}",
    "{{ '{0.__class__}'.format(record) }}",
    "{{ '{0.__class__}'.format_map(record) }}",
    "{{ ['{0.__class__}'.format]|map('call') }}",
    "{{ '%s' % record }}",
    "{{ self.__init__.__globals__ }}",
    "{{ self._TemplateReference__context }}",
    "{{ cycler.__init__.__globals__ }}",
    "{{ joiner.__init__ }}",
    "{{ lipsum.__globals__ }}",
    "{{ namespace.__init__ }}",
    "{{ range.__class__ }}",
    "{{ config }}{{ config.items() }}",
    "{{ request.application.__globals__ }}",
    "{{ get_flashed_messages.__globals__ }}",
    "{{ url_for.__globals__ }}",
    "{% for x in ().__class__.__base__.__subclasses__() %}{{ x }}{% endfor %}",
    "{% include '/etc/passwd' %}",
    "{% import 'os' as os %}",
    "{% from 'os' import system %}",
    "{% extends 'x' %}",
    "{{ record.update({'a': 1}) }}",
    "{{ record.items() }}",
    "{{ record.keys.__self__ }}",
    "{{ 'a'.encode() }}",
    "{{ 'a'.join }}{{ 'a'.join(['b']) }}",
    "{{ x.gi_frame.f_globals }}",
    "{{ (record|list).append(1) }}",
    "{% set x = record.pop('number') %}",
    "{% do record.clear() %}",
    "{{ {'a': 1}|xmlattr }}",
    "{{ '<b>'|safe }}",
    "{{ record|tojson }}",
    "{{ record|pprint }}",
    "{{ record|map(attribute='__class__')|list }}",
    "{{ [record]|groupby('__class__') }}",
    "{{ [record]|selectattr('__class__')|list }}",
    "{{ loop.__class__ }}",
    "{% for x in [1] %}{{ loop.__class__ }}{% endfor %}",
    "{% for x in [1] %}{{ loop._iterable }}{% endfor %}",
    "{% macro m() %}{% endmacro %}{{ m.__globals__ }}",
    "{% macro m() %}{% endmacro %}{{ m._func }}",
    "{{ caller }}{{ caller() }}",
    "{{ varargs.__class__ }}",
    "{{ debug() }}",
    "{% debug %}",
    "{% trans %}x{% endtrans %}",
    "{{ dict(a=1).__class__ }}",
    "{{ record.number.real.__class__ }}",
    "{{ amount.as_tuple() }}",
    "{{ amount.__reduce__() }}",
    "{{ day.today() }}",
    "{{ day.__reduce_ex__(2) }}",
]
BOMBS = [
    "{{ 10**10**7 }}",
    "{{ '%300000000d' % 1 }}",
    "{{ 'a' * 10**9 }}",
    "{{ ('a' * 1000) * 1000000 }}",
    "{{ [0] * 10**9 }}",
    "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}",
    "{% for a in range(3000) %}{% for b in range(3000) %}x{% endfor %}{% endfor %}",
    "{% set x = 'aaaaaaaaaa' %}{% for a in range(40) %}{% set x = x ~ x %}{% endfor %}{{ x }}",
    "{% set ns = ['a' ~ 'b'] %}{% for a in range(99999) %}{% for b in range(9999) %}{{ ns }}{% endfor %}{% endfor %}",
    "{{ range(999999999)|list }}",
    "{{ range(99999)|join(range(99999)|join) }}",
    "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
    "{{ 'a'|wordwrap(1, false, 'b' ~ 'c')|replace('a', 'b')|truncate(10**12) }}" + "{{ 2**99999 }}",
    "{{ " + "(" * 5000 + "1" + ")" * 5000 + " }}",
    "{{ 9999999999999999**9999999999 }}",
]
FACTS = {"record": {"number": "SO-1", "note": "<b>"}, "amount": Decimal("1234.5"), "day": date(2026, 11, 29)}


@pytest.fixture(scope="module")
def templates() -> Iterator[Templates]:
    made = Templates()
    yield made
    made.close()


def test_a_template_reads_values_and_writes_numbers_and_days(templates: Templates) -> None:
    sources = {
        "text": "{{ record.number }} {{ amount|number }} {{ day|day }} {{ record.lost.deeper }}{{ record.note }}",
        "html": "<p>{{ record.note }}</p>{% for n in range(3) %}{{ loop.index }}{% endfor %}",
    }

    texts = templates.render(sources, FACTS)

    assert texts == {"text": "SO-1 1,234.50 2026-11-29 <b>", "html": "<p>&lt;b&gt;</p>123"}


@pytest.mark.parametrize("source", ESCAPES)
def test_nothing_of_the_host_is_reached(templates: Templates, source: str) -> None:
    text, code = outcome(templates, source)

    assert code in ("", "template_wrong")
    for canary in ("class", "object", "built-in", "method", "module", "<function", "globals", "root:"):
        assert canary not in text


@pytest.mark.parametrize("source", BOMBS, ids=range(len(BOMBS)))
def test_a_bomb_is_stopped_in_time_and_the_next_template_is_rendered(templates: Templates, source: str) -> None:
    templates.render({"text": "warm"}, {})
    began = time.monotonic()
    text, code = outcome(templates, source)

    assert code in ("", "template_budget", "template_wrong")
    assert len(text) <= 1024 * 1024
    assert time.monotonic() - began < 12

    assert templates.render({"text": "{{ 1 + 1 }}"}, {}) == {"text": "2"}


def test_the_refusal_names_the_line(templates: Templates) -> None:
    with pytest.raises(Rejected) as caught:
        templates.render({"text": "fine\n{% if %}\n"}, {})

    assert caught.value.complaint.params["line"] == 2


def test_the_child_holds_no_secret_of_the_server(templates: Templates, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TESSERA_SECRET", "x" * 40)
    templates.close()
    templates.render({"text": ""}, {})
    child = templates._child
    assert child is not None

    assert "TESSERA_SECRET" not in Path(f"/proc/{child.pid}/environ").read_text(encoding="utf-8")


def outcome(templates: Templates, source: str) -> tuple[str, str]:
    """Return the text, or the code of the refusal."""
    try:
        return templates.render({"text": source}, FACTS)["text"], ""
    except Rejected as error:
        return "", error.code
