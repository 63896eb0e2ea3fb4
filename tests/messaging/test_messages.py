"""Messages: on record once per event and person, by the ways that each wants, without what is not for him."""

from __future__ import annotations

import http.server
import json
import ssl
import threading
from collections.abc import Iterator
from datetime import timedelta
from email import message_from_bytes, policy
from ipaddress import ip_network
from pathlib import Path
from typing import Any, ClassVar

import pytest
from aiosmtpd.controller import Controller

from engine.jobs import JobBook
from engine.kernel.errors import Rejected
from engine.kernel.names import RecordRef
from engine.messaging import NewWebhook
from engine.messaging.channels.email import Email
from engine.messaging.channels.webhook import is_signed
from engine.settings import Settings
from tests.messaging.people import Post, open_post
from tests.support.branch import TENANT, Branch
from tests.support.servers import free_port

TLS = Path(__file__).parent / "tls"
LIN = "+8613800000001"
TASK = "0192f0c0-0000-7000-8000-000000000001"
ALLOWED = (ip_network("127.0.0.0/8"),)


class MailServer:
    """Keeps what it is sent; ``refuse`` holds the answers to the next messages."""

    def __init__(self) -> None:
        self.mails: list[Any] = []
        self.refuse: list[str] = []

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        if self.refuse:
            return self.refuse.pop(0)
        self.mails.append(message_from_bytes(envelope.content, policy=policy.default))
        return "250 kept"


@pytest.fixture
def mail() -> Iterator[tuple[MailServer, str]]:
    """A mail server that demands TLS, and its address."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(TLS / "cert.pem", TLS / "key.pem")
    kept = MailServer()
    port = free_port()
    controller = Controller(kept, "127.0.0.1", port, tls_context=context, require_starttls=True)
    controller.start()
    yield kept, f"smtp://localhost:{port}"
    controller.stop()


@pytest.fixture
def post(
    branch: Branch, tmp_path: Path, mail: tuple[MailServer, str], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Post]:
    """Messaging on either database: mail with TLS, short messages into a file, webhooks to this machine."""
    monkeypatch.setenv("SSL_CERT_FILE", str(TLS / "cert.pem"))
    settings = Settings(
        home=tmp_path,
        secret=b"s" * 32,
        smtp=mail[1],
        mail_from="crm@example.com",
        sms=f"file://{tmp_path / 'sms'}",
        outbound_allow=ALLOWED,
    )
    made = open_post(branch, settings)
    yield made
    made.close()


def test_a_notice_rings_once_and_is_mailed_and_texted_once_however_often_it_is_handed_over(
    post: Post, mail: tuple[MailServer, str], tmp_path: Path
) -> None:
    lin = post.person("lin", administrator=True, email="lin@example.com", phone="138 0000 0001")
    customer = post.branch.records.create(post.branch.system, "customer", {"name": "华信"})
    about = {"record": RecordRef("customer", customer.id), "via": ["inbox", "email", "sms"], "link": "/o/customer"}

    for _ in range(2):
        post.notify("n1", [lin], "客户 {record.name} 请审核", **about)

    (message,) = post.messages.bell.messages(lin)
    assert (message.body, message.link, post.messages.bell.unread(lin)) == ("客户 华信 请审核", "/o/customer", 1)
    (sent,) = mail[0].mails
    assert (sent["To"], sent["Subject"]) == ("lin@example.com", "客户 华信 请审核")
    assert sent.get_content().strip() == "客户 华信 请审核"
    (line,) = (tmp_path / "sms" / "sms-acme.jsonl").read_text(encoding="utf-8").splitlines()
    assert (json.loads(line)["to"], json.loads(line)["text"]) == (LIN, "客户 华信 请审核")
    assert [(one.channel, one.state) for one in post.deliveries()] == [
        ("inbox", "delivered"),
        ("email", "sent"),
        ("sms", "delivered"),
    ]

    post.messages.bell.read(lin, [message.id])
    assert post.messages.bell.unread(lin) == 0


def test_whoever_may_not_see_a_record_is_told_nothing_of_it(post: Post, mail: tuple[MailServer, str]) -> None:
    eve = post.person("eve", email="eve@example.com")
    customer = post.branch.records.create(post.branch.system, "customer", {"name": "CANARY"})

    post.notify(
        "n1",
        [eve],
        "{record.name} {event.name}",
        record=RecordRef("customer", customer.id),
        via=["inbox", "email"],
        link="/o/customer/x",
        facts={"event": {"name": "CANARY"}},
    )

    (message,) = post.messages.bell.messages(eve)
    assert (message.object, message.record, message.link) == ("", "", "")
    assert message.body
    (sent,) = mail[0].mails
    assert "CANARY" not in message.subject + message.body + sent.as_string()


def test_a_mail_server_that_fails_is_tried_later_and_one_that_refuses_is_not(
    post: Post, mail: tuple[MailServer, str]
) -> None:
    lin = post.person("lin", email="lin@example.com")
    mail[0].refuse = ["451 later", "550 never"]

    post.notify("n1", [lin], "one", via=["email"])
    (first,) = post.deliveries("email")
    assert (first.state, first.attempts, first.error) == ("waiting", 1, "451 later")
    post.branch.clock.instant = first.due_at
    post.settle()
    (refused,) = post.deliveries("email")
    assert (refused.state, refused.error) == ("dead", "550 never")

    boss = post.person("boss", administrator=True)
    post.background.relay.drain("acme")
    post.messages.deliverer.dead("acme", refused, "550 never")  # type: ignore[misc]
    assert post.messages.bell.messages(boss)[0].category == "alarm"


def test_mail_never_goes_without_tls_or_to_a_server_of_another_name(mail: tuple[MailServer, str]) -> None:
    from engine.messaging.channels.base import Outgoing, Temporary

    plain = Controller(MailServer(), "127.0.0.1", free_port())
    plain.start()
    for url in (f"smtp://localhost:{plain.port}", mail[1]):
        with pytest.raises(Temporary):
            Email(url, "crm@example.com").send(Outgoing("acme", "k", "lin@example.com", "s", "b"))
    plain.stop()

    assert mail[0].mails == []


def test_quiet_hours_hold_back_what_is_not_urgent_and_a_digest_gathers(
    post: Post, mail: tuple[MailServer, str]
) -> None:
    lin = post.person("lin", email="lin@example.com", phone=LIN)
    # it is 09:30 in Shanghai
    quiet = {"quiet_from": "22:00", "quiet_to": "10:00", "zone": "Asia/Shanghai", "digest_at": "18:00"}
    post.messages.bell.set_taste(lin, {("news", "email"): "digest"}, quiet)

    post.notify("n1", [lin], "calm", via=["email"])
    post.notify("n2", [lin], "urgent", via=["email"], urgent=True)
    for number in range(3):
        post.notify(f"d{number}", [lin], f"news {number}", via=["email"], kind="news")

    assert [sent["Subject"] for sent in mail[0].mails] == ["urgent"]
    assert post.messages.bell.unread(lin) == 5
    post.branch.clock.advance(timedelta(minutes=31))
    post.settle()
    assert [sent["Subject"] for sent in mail[0].mails] == ["urgent", "calm"]
    post.branch.clock.advance(timedelta(hours=8))
    post.settle()
    assert [sent["Subject"] for sent in mail[0].mails][2:] == ["news 0 (+2)"]
    assert all(f"news {number}" in mail[0].mails[2].get_content() for number in range(3))
    with pytest.raises(Rejected) as caught:
        post.messages.bell.set_taste(lin, {("news", "email"): "loud"}, {"quiet_from": "25:00", "zone": "Mars/Base"})
    assert [part.code for part in caught.value.complaints] == ["bad_wish", "bad_time_of_day", "bad_zone"]


def test_reminders_of_one_task_within_the_hour_are_one_message_and_the_rest_is_in_the_inbox(
    post: Post, mail: tuple[MailServer, str]
) -> None:
    lin = post.person("lin", email="lin@example.com", phone=LIN)
    for number, kind in enumerate(["reminder", "reminder", "reminder", "urge"]):
        post.notify(
            f"r{number}",
            [lin],
            "请审批",
            kind=kind,
            task="0192f0c0-0000-7000-8000-000000000001",
            via=["inbox", "email"],
        )
        post.branch.clock.advance(timedelta(minutes=5))

    assert len(mail[0].mails) == 1
    assert post.messages.bell.unread(lin) == 4
    post.branch.clock.advance(timedelta(minutes=41))
    post.notify("r9", [lin], "请审批", kind="reminder", task=TASK, via=["email"])
    assert len(mail[0].mails) == 2


class Sink(http.server.BaseHTTPRequestHandler):
    """Hears webhooks; answers as ``answers`` says."""

    heard: ClassVar[list[tuple[dict[str, str], bytes]]] = []
    answers: ClassVar[list[int]] = []

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        type(self).heard.append((dict(self.headers), body))
        self.send_response(type(self).answers.pop(0) if type(self).answers else 200)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        del format, args


@pytest.fixture
def sink() -> Iterator[tuple[str, type[Sink]]]:
    door = type("Door", (Sink,), {"heard": [], "answers": []})
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), door)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/hook", door
    server.shutdown()
    server.server_close()


def test_events_reach_a_webhook_signed_with_a_stable_id_and_of_one_record_in_order(
    post: Post, sink: tuple[str, type[Sink]]
) -> None:
    boss = post.person("boss", administrator=True)
    made = post.messages.webhooks.add(boss, NewWebhook("shop", sink[0], ("company.*",)))
    sink[1].answers = [500]
    company = post.branch.records.create(post.branch.system, "company", {"code": "AA", "name": "One"})
    post.branch.records.update(post.branch.system, "company", company.id, company.version, {"name": "Two"})

    post.settle()
    assert len(sink[1].heard) == 1
    post.branch.clock.advance(timedelta(seconds=10))
    post.settle()

    types = [json.loads(body)["type"] for _, body in sink[1].heard]
    assert types == ["company.created", "company.created", "company.updated"]
    first, again, _ = sink[1].heard
    assert (first[0]["Event-Id"], first[1]) == (again[0]["Event-Id"], again[1])
    import time

    signature = first[0]["X-Tessera-Signature"]
    assert is_signed(made.secret, first[1], signature, time.time())
    assert not is_signed(made.secret, first[1] + b" ", signature, time.time())
    assert not is_signed(made.secret, first[1], signature, time.time() + 301)


def test_an_event_that_nobody_hears_waits_for_nobody_until_there_is_a_webhook_made_in_any_process(
    post: Post, sink: tuple[str, type[Sink]]
) -> None:
    boss = post.person("boss", administrator=True)
    other = open_post(post.branch, Settings(home=post.branch.home, outbound_allow=ALLOWED))
    post.branch.records.tell(post.background.relay.hears)
    post.settle()
    rung: list[str] = []
    post.branch.shelf.bell = rung.append

    company = post.branch.records.create(post.branch.system, "company", {"code": "AA", "name": "One"})

    desk = JobBook(post.branch.shelf)
    assert desk.events(post.branch.system, "waiting") == []
    assert desk.events(post.branch.system, "done", 1)[0].name == "company.created"
    assert (rung, post.background.relay.hand_out(TENANT)) == ([], 0)

    other.messages.webhooks.add(boss, NewWebhook("shop", sink[0], ("company.*",)))
    post.branch.records.update(post.branch.system, "company", company.id, company.version, {"name": "Two"})

    assert rung == [TENANT]
    post.settle()
    assert [json.loads(body)["type"] for _, body in sink[1].heard] == ["company.updated"]
    other.close()


def test_w_142_a_worker_that_stalls_while_sending_cannot_say_it_is_done_and_the_receiver_sees_one_key_twice(
    post: Post, sink: tuple[str, type[Sink]]
) -> None:
    boss = post.person("boss", administrator=True)
    post.messages.webhooks.add(boss, NewWebhook("shop", sink[0], ("company.*",)))
    other = open_post(post.branch, Settings(home=post.branch.home, outbound_allow=ALLOWED))
    post.branch.records.create(post.branch.system, "company", {"code": "AA", "name": "One"})
    post.background.relay.drain("acme")
    channel = post.messages.deliverer._channels["webhook"]
    real = channel.send

    def stall(outgoing: Any) -> Any:
        receipt = real(outgoing)
        post.branch.clock.advance(timedelta(minutes=2))
        other.messages.deliverer.work("acme")
        return receipt

    channel.send = stall  # type: ignore[method-assign]
    post.messages.deliverer.work("acme")

    assert len(sink[1].heard) == 2
    assert len({headers["Event-Id"] for headers, _ in sink[1].heard}) == 1
    (delivery,) = post.deliveries("webhook")
    assert (delivery.state, delivery.token) == ("delivered", 2)
    other.close()


def test_a_webhook_that_leads_inside_is_refused_when_it_is_written_down(branch: Branch, tmp_path: Path) -> None:
    post = open_post(branch, Settings(home=tmp_path))
    boss = post.person("boss", administrator=True)

    with pytest.raises(Rejected) as caught:
        post.messages.webhooks.add(boss, NewWebhook("Bad Name", "http://169.254.169.254/", ("*; drop",)))

    assert [part.code for part in caught.value.complaints] == [
        "bad_webhook_name",
        "bad_event_pattern",
        "url_not_allowed",
    ]
    post.close()
