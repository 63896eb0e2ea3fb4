"""The mailbox that mail comes in by: looked into every minute over IMAP, each mail taken once and marked as seen."""

from __future__ import annotations

import imaplib
import re
import ssl
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import getaddresses, parseaddr
from urllib.parse import unquote, urlsplit

import structlog

from engine.kernel.clock import Clock
from engine.kernel.errors import LimitExceeded, Malformed, TesseraError
from engine.messaging.intake import LONGEST_MAIL, Incoming, Intake

INTERVAL = timedelta(minutes=1)
AT_ONCE = 50
LARGEST = 5 * 1024 * 1024
_TIMEOUT = 30.0
_PORTS = {"imaps": 993, "imap": 143, "imap+plain": 143}
_TAG, _SPACE = re.compile(r"<(?:style|script)\b.*?</(?:style|script)\s*>|<[^>]+>", re.S | re.I), re.compile(r"[ \t]+")
_log = structlog.get_logger("messages")


class Mailbox:
    """One mailbox for all tenants; whose a mail is, the addresses that it was sent to tell."""

    def __init__(
        self, url: str, addresses: Mapping[str, str], intake: Intake, clock: Clock, tenants: Callable[[], Iterable[str]]
    ) -> None:
        self._parts = urlsplit(url)
        self._addresses = {address.lower(): tenant for address, tenant in addresses.items()}
        self._intake, self._clock, self._tenants = intake, clock, tenants
        self._looked: datetime | None = None

    def due(self, tenant: str) -> datetime | None:
        """Return when the mailbox is looked into next; one tenant looks for all."""
        if not self._parts.scheme or tenant != next(iter(sorted(self._tenants())), None):
            return None
        return self._clock.now() if self._looked is None else self._looked + INTERVAL

    def work(self, tenant: str, stop: Callable[[], bool] = lambda: False) -> bool:
        """Take what is unseen, a batch of it; tell whether there may be more."""
        due = self.due(tenant)
        if due is None or due > self._clock.now():
            return False
        self._looked = self._clock.now()
        try:
            return self._look(stop)
        except (imaplib.IMAP4.error, OSError) as error:
            _log.warning("mailbox_failed", why=str(error)[:300])
            return False

    def _look(self, stop: Callable[[], bool]) -> bool:
        server = self._opened()
        try:
            server.select(self._parts.path.strip("/") or "INBOX")
            unseen = server.uid("SEARCH", "UNSEEN")[1][0].split()
            for uid in unseen[:AT_ONCE]:
                if stop() or not self._one(server, uid.decode()):
                    return False
            return len(unseen) > AT_ONCE
        finally:
            server.logout()

    def _opened(self) -> imaplib.IMAP4:
        parts, scheme = self._parts, self._parts.scheme
        host, port = parts.hostname or "localhost", parts.port or _PORTS[scheme]
        tls = ssl.create_default_context()
        server: imaplib.IMAP4
        if scheme == "imaps":
            server = imaplib.IMAP4_SSL(host, port, ssl_context=tls, timeout=_TIMEOUT)
        else:
            server = imaplib.IMAP4(host, port, timeout=_TIMEOUT)
            if scheme == "imap":
                # without it passwords and the mail of others would be read on the way: no fallback
                server.starttls(ssl_context=tls)
        server.login(unquote(parts.username or ""), unquote(parts.password or ""))
        return server

    def _one(self, server: imaplib.IMAP4, uid: str) -> bool:
        """Take one mail; False: it stays unseen and is taken later."""
        found = server.uid("FETCH", uid, f"(BODY.PEEK[]<0.{LARGEST}>)")[1]
        raw = next((bytes(part[1]) for part in found if isinstance(part, tuple)), b"")
        try:
            self._take(uid, raw)
        except LimitExceeded as error:
            if error.complaint.params.get("limit") == "sms_rate":
                return False
            _log.warning("inbound_refused", code=error.code)
        except (Malformed, ValueError, LookupError) as error:
            _log.warning("inbound_refused", why=str(error)[:200])
        except TesseraError as error:
            _log.warning("mailbox_failed", why=str(error)[:300])
            return False
        server.uid("STORE", uid, "+FLAGS", "(\\Seen)")
        return True

    def _take(self, uid: str, raw: bytes) -> None:
        mail = message_from_bytes(raw, policy=policy.default)
        assert isinstance(mail, EmailMessage)
        if str(mail.get("Auto-Submitted", "no")).strip().lower() != "no":
            # machines that answer machines never end
            _log.info("inbound_by_machine", uid=uid)
            return
        sent_to = [address.lower() for _, address in getaddresses([*mail.get_all("To", []), *mail.get_all("Cc", [])])]
        tenant = self._tenant(sent_to)
        if tenant is None:
            _log.warning("inbound_for_nobody", uid=uid)
            return
        own = next((address for address in sent_to if address in self._addresses), sent_to[0] if sent_to else "")
        self._intake.take(
            tenant,
            Incoming(
                "email",
                "imap",
                parseaddr(str(mail.get("From", "")))[1],
                text_of(mail)[:LONGEST_MAIL] or " ".join(str(mail.get("Subject", "")).split()) or "-",
                str(mail.get("Message-ID", "")).strip()[:200],
                own,
                " ".join(str(mail.get("Subject", "")).split())[:400],
            ),
        )

    def _tenant(self, sent_to: Iterable[str]) -> str | None:
        known = [self._addresses[address] for address in sent_to if address in self._addresses]
        if known:
            return known[0]
        tenants = list(self._tenants())
        return tenants[0] if len(tenants) == 1 and not self._addresses else None


def text_of(mail: EmailMessage) -> str:
    """Return what a mail says as plain text, of HTML without its marks."""
    body = mail.get_body(("plain", "html"))
    if body is None:
        return ""
    said = str(body.get_content())
    if body.get_content_subtype() == "html":
        said = _TAG.sub(" ", said)
    lines = (_SPACE.sub(" ", line).strip() for line in said.replace("\0", "").splitlines())
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()
