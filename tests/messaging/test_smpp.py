"""Short messages by SMPP against a centre of another make: parts, receipts, windows, messages that come in."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from engine.messaging.channels.base import Outgoing, Permanent, PutOff, Temporary
from engine.messaging.channels.smpp.channel import SmsSmpp, account_of
from engine.messaging.channels.smpp.parts import parts_of
from engine.messaging.channels.smpp.pdus import GSM
from tests.support.smsc import Smsc

LIN = "+8613800000001"


@pytest.fixture
def smsc() -> Iterator[Smsc]:
    made = Smsc()
    yield made
    made.stop()


@pytest.fixture
def channel(smsc: Smsc) -> Iterator[SmsSmpp]:
    made = SmsSmpp(account_of(smsc.url), enquire=0.2)
    yield made
    made.close()


def outgoing(text: str, key: str = "k") -> Outgoing:
    return Outgoing("acme", key, LIN, "", text)


def test_a_chinese_text_goes_in_parts_that_join_and_its_receipts_come_back(smsc: Smsc, channel: SmsSmpp) -> None:
    said: list[tuple[str, bool]] = []
    channel.receipted = lambda number, good: said.append((number, good))
    text = "合同 HT-2026-0001 需要您审批，金额 100,000.00 元。" * 4

    receipt = channel.send(outgoing(text))

    assert "".join(part.text for part in smsc.submitted) == text
    assert receipt.parts == tuple(part.number for part in smsc.submitted)
    assert len(receipt.parts) == 3
    assert {part.target for part in smsc.submitted} == {"8613800000001"}
    until = time.monotonic() + 10
    while len(said) < 3 and time.monotonic() < until:
        time.sleep(0.02)
    assert sorted(said) == [("n1", True), ("n2", True), ("n3", True)]


def test_the_default_alphabet_is_used_where_it_suffices() -> None:
    assert len(GSM) == 128
    (whole,) = parts_of("Order 12 approved @ 5 Ångström", 1)
    assert (whole.coding, whole.octets[18]) == (0, 0)
    assert [len(part.octets) for part in parts_of("x" * 161, 1)] == [159, 14]
    assert [part.coding for part in parts_of("价" * 71, 7)] == [8, 8]
    split = parts_of("价" * 66 + "😀" + "价" * 3, 7)
    assert "".join(part.octets[6:].decode("utf-16-be") for part in split) == "价" * 66 + "😀" + "价" * 3


def test_many_messages_share_one_session_within_its_window(smsc: Smsc, channel: SmsSmpp) -> None:
    with ThreadPoolExecutor(16) as pool:
        receipts = list(pool.map(lambda number: channel.send(outgoing(f"message {number}")), range(60)))

    assert len({receipt.parts for receipt in receipts}) == 60
    assert len(smsc.bound) == 1


def test_what_the_centre_refuses_is_told_apart(smsc: Smsc, channel: SmsSmpp) -> None:
    smsc.refuse = [0x58, 0x14, 0x0B]

    for error in (PutOff, Temporary, Permanent):
        with pytest.raises(error):
            channel.send(outgoing("hello"))
    assert channel.send(outgoing("hello")).parts == ("n1",)


def test_messages_come_in_also_in_parts_and_the_centre_is_told_when_they_are_taken(
    smsc: Smsc, channel: SmsSmpp
) -> None:
    heard: list[tuple[str, str, str, str]] = []
    taken = threading.Event()

    def take(*what: str) -> None:
        heard.append((what[0], what[1], what[2], what[3]))
        taken.set()

    channel.heard = take
    channel.listen()
    smsc.wait_bound()
    smsc.send("8613800000001", "y k7m4px 好的", "g-1")
    assert taken.wait(10)
    smsc.send("8613800000001", "很长的意见" * 30)

    until = time.monotonic() + 10
    while len(heard) < 2 and time.monotonic() < until:
        time.sleep(0.02)
    assert heard[0] == ("8613800000001", "10690001", "y k7m4px 好的", "g-1")
    assert heard[1][2] == "很长的意见" * 30
    assert all(answer.is_success for answer in smsc.answers)


def test_a_message_that_could_not_be_kept_is_not_acknowledged(smsc: Smsc, channel: SmsSmpp) -> None:
    def fail(*_what: str) -> None:
        raise RuntimeError("the database is down")

    channel.heard = fail
    channel.listen()
    smsc.wait_bound()
    smsc.send("8613800000001", "hello")

    assert [answer.is_success for answer in smsc.answers] == [False]


def test_a_session_that_broke_off_is_bound_again(smsc: Smsc, channel: SmsSmpp) -> None:
    channel.send(outgoing("one"))
    assert channel._session is not None
    channel._session.end()

    assert channel.send(outgoing("two")).parts == ("n2",)
