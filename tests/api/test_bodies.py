"""What the JSON door reads, and what it refuses before anything is built from it."""

from __future__ import annotations

import time
from decimal import Decimal

import pytest

from engine.api.bodies import parse_json, parse_object
from engine.kernel.errors import LimitExceeded, Malformed
from engine.settings import Limits

LIMITS = Limits()


def test_numbers_keep_every_digit():
    assert parse_json(b'{"a": 12345678901234567.89, "b": 3, "c": 1.50}', LIMITS) == {
        "a": Decimal("12345678901234567.89"),
        "b": 3,
        "c": Decimal("1.50"),
    }


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "bad_json"),
        (b"{", "bad_json"),
        (b"{]", "bad_json"),
        (b'{"a": 1} x', "bad_json"),
        (b"{'a': 1}", "bad_json"),
        (b'{"a": 01}', "bad_json"),
        (b'{"a": +1}', "bad_json"),
        (b'{"a": .5}', "bad_json"),
        (b'{"a": "\t"}', "bad_json"),
        (b'{"a": "\x00"}', "bad_json"),
        (b"\xef\xbb\xbf{}", "bad_json"),
        (b"\xff\xfe{\x00}\x00", "bad_json"),
        (b'{"a": "\xc0\xaf"}', "bad_json"),
        (b'{"a": "\xed\xa0\x80"}', "bad_json"),
        (b'{"a": 1, "a": 2}', "json_key_twice"),
        (b'{"b": {"a": 1, "a": 1}}', "json_key_twice"),
        (b'{"a": 1, "\\u0061": 1}', "json_key_twice"),
        (b'{"a": NaN}', "bad_number"),
        (b'{"a": Infinity}', "bad_number"),
        (b'{"a": -Infinity}', "bad_number"),
        (b'{"a": "\\ud800"}', "bad_text"),
        (b'{"a": "\\udc00\\ud800"}', "bad_text"),
        (b'{"\\ud800": 1}', "bad_text"),
        (b'{"a": ["x", {"b": "\\u0000"}]}', "bad_text"),
        (b'{"\\u0000": 1}', "bad_text"),
    ],
)
def test_what_is_no_plain_json_is_malformed(body: bytes, code: str):
    with pytest.raises(Malformed) as caught:
        parse_json(body, LIMITS)

    assert caught.value.code == code


@pytest.mark.parametrize("text", [b'"\\ud83d\\ude00"', "\U0001f600".encode().join([b'"', b'"']), b'"\\\\u0000"'])
def test_texts_that_only_look_dangerous_are_read(text: bytes):
    assert parse_json(text, LIMITS)


@pytest.mark.parametrize("body", [b"[]", b"1", b'"a"', b"null", b"true"])
def test_a_record_is_an_object(body: bytes):
    with pytest.raises(Malformed) as caught:
        parse_object(body, LIMITS)

    assert caught.value.code == "not_an_object"


def nested(depth: int) -> bytes:
    return b'{"a":' * (depth - 1) + b"{}" + b"}" * (depth - 1)


def keys(count: int) -> bytes:
    return b"{" + b",".join(b'"k%d":1' % number for number in range(count)) + b"}"


def array(count: int) -> bytes:
    return b'{"a":[' + b",".join(b"1" for _ in range(count)) + b"]}"


@pytest.mark.parametrize(
    ("limit", "make", "most"),
    [("json_depth", nested, 64), ("json_keys", keys, 1_000), ("json_array", array, 10_000)],
)
def test_depth_keys_and_arrays_are_bounded_at_the_figure_itself(limit, make, most):
    parse_json(make(most - 1), LIMITS)
    parse_json(make(most), LIMITS)
    for count in (most + 1, most * 30):
        started = time.perf_counter()
        with pytest.raises(LimitExceeded) as caught:
            parse_json(make(count), LIMITS)
        assert caught.value.complaint.params["limit"] == limit
        assert caught.value.status == 400
        assert time.perf_counter() - started < 5


@pytest.mark.parametrize("body", [b"[" * 200_000, b"[" * 100_000 + b"]" * 100_000, b'{"a":' * 100_000])
def test_a_tower_of_brackets_is_refused_and_not_climbed(body: bytes):
    with pytest.raises((LimitExceeded, Malformed)):
        parse_json(body, LIMITS)


@pytest.mark.parametrize(
    ("number", "fits"),
    [
        ("9007199254740991", True),
        ("-9007199254740991", True),
        ("9007199254740992", False),
        ("1" * 5_000, False),
        ("0." + "1" * 37, True),
        ("1e30", True),
        ("1e39", False),
        ("1e999999999999999999999", False),
        ("1e-400", False),
        ("0.0", True),
        ("1." + "0" * 101, False),
    ],
)
def test_numbers_beyond_what_is_stored_exactly_are_refused(number: str, fits: bool):
    if fits:
        parse_json(number.encode(), LIMITS)
        return
    with pytest.raises(LimitExceeded) as caught:
        parse_json(number.encode(), LIMITS)
    assert caught.value.status == 422
