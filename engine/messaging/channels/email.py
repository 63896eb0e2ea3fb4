"""E-mail by SMTP with TLS. ``smtp://`` demands STARTTLS, ``smtps://`` begins with it; ``smtp+plain://`` has none."""

from __future__ import annotations

import re
import smtplib
import ssl
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import formatdate
from hashlib import sha256
from urllib.parse import unquote, urlsplit

from engine.messaging.channels.base import Outgoing, Permanent, Receipt, Temporary

_SECONDS = 10.0
_PORTS = {"smtp": 587, "smtps": 465, "smtp+plain": 25}
_ADDRESS = re.compile(r"[^\s@<>,;:\"\\\x00-\x1f]+@[^\s@<>,;:\"\\\x00-\x1f]+")


class Email:
    """Sends each message over a connection of its own: mail servers close idle ones, and mail is not urgent."""

    name = "email"

    def __init__(self, url: str, sender: str, tls: ssl.SSLContext | None = None) -> None:
        parts = urlsplit(url)
        self._scheme = parts.scheme
        self._host = parts.hostname or ""
        self._port = parts.port or _PORTS[parts.scheme]
        self._user = unquote(parts.username or "")
        self._password = unquote(parts.password or "")
        self._sender = sender
        self._tls = tls or ssl.create_default_context()

    def send(self, outgoing: Outgoing) -> Receipt:
        """Hand a mail to the server."""
        message = self._message(outgoing)
        try:
            with self._opened() as server:
                server.send_message(message)
        except smtplib.SMTPRecipientsRefused as error:
            code, said = next(iter(error.recipients.values()), (550, b""))
            raise (Permanent if code >= 500 else Temporary)(f"{code} {_text(said)}") from error
        except smtplib.SMTPResponseException as error:
            wrong = error.smtp_code >= 500 and not isinstance(error, smtplib.SMTPAuthenticationError)
            raise (Permanent if wrong else Temporary)(f"{error.smtp_code} {_text(error.smtp_error)}") from error
        except (smtplib.SMTPException, OSError) as error:
            raise Temporary(f"{type(error).__name__}: {error}"[:300]) from error
        return Receipt("sent")

    def close(self) -> None:
        """Nothing stays open."""

    def _opened(self) -> smtplib.SMTP:
        if self._scheme == "smtps":
            server: smtplib.SMTP = smtplib.SMTP_SSL(self._host, self._port, timeout=_SECONDS, context=self._tls)
        else:
            server = smtplib.SMTP(self._host, self._port, timeout=_SECONDS)
        try:
            if self._scheme == "smtp":
                # without it passwords and data of others would be read on the way: no fallback
                server.starttls(context=self._tls)
            if self._user:
                server.login(self._user, self._password)
        except BaseException:
            server.close()
            raise
        return server

    def _message(self, outgoing: Outgoing) -> EmailMessage:
        if not _ADDRESS.fullmatch(outgoing.address):
            raise Permanent("this is no address of mail")
        message = EmailMessage()
        message["From"] = Address(addr_spec=self._sender)
        message["To"] = Address(addr_spec=outgoing.address)
        message["Subject"] = " ".join(outgoing.subject.split()) or "-"
        message["Date"] = formatdate()
        host = self._sender.rpartition("@")[2]
        message["Message-ID"] = f"<{sha256(outgoing.key.encode()).hexdigest()[:32]}@{host}>"
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(outgoing.body)
        if outgoing.html:
            message.add_alternative(outgoing.html, subtype="html")
        return message


def _text(said: bytes | str) -> str:
    return (said.decode("utf-8", "replace") if isinstance(said, bytes) else said)[:300]
