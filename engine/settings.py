"""The environment, read once into frozen Settings and passed down by hand."""

from __future__ import annotations

import gc
import os
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

PREFIX = "TESSERA_"
EXIT_CONFIG = 78  # EX_CONFIG of sysexits: the configuration is at fault
SECRET_LENGTH = 32
_SMS_SECRET_LENGTH = 16
# what people paste from examples; whoever knows the secret can forge what is signed with it
KNOWN_SECRETS = ("changeme", "secret", "password", "tessera", "development", "example", "default", "test", "insecure")

Network = IPv4Network | IPv6Network


class BadSettings(Exception):
    """The environment cannot be used as it is. Each line of the message says what and what to do."""


@dataclass(frozen=True, slots=True)
class Limits:
    """The upper bounds of what comes through a door; each breach is answered with ``limit_exceeded``."""

    body: int = 2 * 1024 * 1024
    upload: int = 25 * 1024 * 1024
    url: int = 8 * 1024
    headers: int = 64
    header_bytes: int = 16 * 1024
    json_depth: int = 64
    json_keys: int = 1_000
    json_array: int = 10_000
    sort_keys: int = 5
    page: int = 200
    batch: int = 100
    form_parts: int = 500
    files: int = 20
    sessions: int = 20
    tokens: int = 50
    login_tries: int = 10
    login_tries_per_address: int = 50
    lockout_minutes: int = 15
    count: int = 10_000


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything a process is told from outside. ``database`` is a template with ``{tenant}`` and ``{home}``.

    ``clock_shift``: seconds by which this process believes the machine's clock to be wrong; for trials of what
    happens on another day, and of clocks that disagree.
    """

    home: Path = Path("var")
    database: str = "sqlite:///{home}/tenants/{tenant}.db"
    secret: bytes = field(default=b"", repr=False)
    host: str = "127.0.0.1"
    port: int = 8080
    threads: int = 8
    workers: int = 1
    public_url: str = ""
    hosts: tuple[str, ...] = ()
    tenant_hosts: Mapping[str, str] = field(default_factory=dict)
    proxies: tuple[Network, ...] = ()
    language: str = "zh"
    zone: str = "Asia/Shanghai"
    log_level: str = "INFO"
    log_format: Literal["json", "plain"] = "json"
    synchronous: Literal["FULL", "NORMAL"] = "FULL"
    busy_seconds: float = 10.0
    state_seconds: float = 1.0
    statement_seconds: float = 30.0
    password_cost: Literal["strong", "cheap"] = "strong"  # noqa: S105 - a cost, not a password
    password_jobs: int = 2
    session_idle_minutes: int = 30
    session_hours: int = 12
    # rows of the trail of processes that are older go into its archive; 0: all stay where they are
    trail_months: int = 24
    # an address like redis://host:6379/0; empty: threads of the server do the work in the background
    redis: str = field(default="", repr=False)
    outbound_allow: tuple[Network, ...] = ()
    smtp: str = field(default="", repr=False)
    mail_from: str = ""
    sms: str = field(default="", repr=False)
    sms_secret: str = field(default="", repr=False)
    sms_numbers: Mapping[str, str] = field(default_factory=dict)
    # a mailbox like imaps://user:password@mail.example.com/INBOX, and the tenants of the addresses that it receives for
    imap: str = field(default="", repr=False)
    mail_addresses: Mapping[str, str] = field(default_factory=dict)
    phone_region: str = "CN"
    clock_shift: float = 0.0
    limits: Limits = field(default_factory=Limits)

    @classmethod
    def from_env(cls, environ: Mapping[str, str] | None = None) -> Settings:
        """Read the environment; raises BadSettings with everything that is wrong in it."""
        env = os.environ if environ is None else environ
        values: dict[str, Any] = {}
        wrong: list[str] = []
        for name, read in _READERS.items():
            text = env.get(PREFIX + name.upper())
            if text is None or text == "":
                continue
            try:
                values[name] = read(text)
            except ValueError as error:
                wrong.append(f"{PREFIX}{name.upper()}: {error}")
        values["limits"] = _limits(env, wrong)
        values["home"] = Path(values.get("home", "var")).absolute()
        try:
            values["secret"] = _secret(env, values["home"])
        except BadSettings as error:
            wrong.append(str(error))
        if wrong:
            raise BadSettings("\n".join(wrong))
        return cls(**values)

    @property
    def https(self) -> bool:
        """Tell whether people reach this server by https; cookies and HSTS follow."""
        return self.public_url.startswith("https://")

    @property
    def public_host(self) -> str:
        """Return the host name of the public address, or an empty text."""
        return (urlsplit(self.public_url).hostname or "").lower()

    def database_url(self, tenant: str) -> str:
        """Return the address of a tenant's database after the template."""
        return self.database.replace("{home}", str(self.home)).replace("{tenant}", tenant)


def _limits(env: Mapping[str, str], wrong: list[str]) -> Limits:
    values: dict[str, int] = {}
    for item in fields(Limits):
        key = f"{PREFIX}LIMIT_{item.name.upper()}"
        if text := env.get(key):
            try:
                values[item.name] = _positive(text)
            except ValueError as error:
                wrong.append(f"{key}: {error}")
    return Limits(**values)


def _secret(env: Mapping[str, str], home: Path) -> bytes:
    text = env.get(PREFIX + "SECRET")
    if text is not None:
        return _strong(text.encode(), PREFIX + "SECRET")
    path = Path(env.get(PREFIX + "SECRET_FILE") or home / "secret")
    try:
        if not path.exists():
            _write_secret(path)
        found = path.read_bytes().strip()
    except OSError as error:
        raise BadSettings(f"the secret file {path} cannot be used: {error.strerror}") from error
    return _strong(found, str(path))


def _write_secret(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = path.with_name(f"{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(secrets.token_urlsafe(48))
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(draft, path)  # unlike rename, it does not replace what another process wrote meanwhile
    except FileExistsError:
        pass
    except OSError:
        draft.replace(path)  # a file system without hard links
    draft.unlink(missing_ok=True)


def _strong(secret: bytes, place: str) -> bytes:
    folded = secret.decode("utf-8", "replace").lower()
    rest = folded
    for word in KNOWN_SECRETS:
        rest = rest.replace(word, "")
    if len(secret) < SECRET_LENGTH:
        raise BadSettings(
            f"{place} is too short: {len(secret)} characters, at least {SECRET_LENGTH} are needed; "
            "remove it and a good one is made"
        )
    if len(rest) < SECRET_LENGTH // 2 or len(set(folded)) < SECRET_LENGTH // 4:
        raise BadSettings(f"{place} is a well-known or monotonous text; remove it and a good one is made")
    return secret


def _positive(text: str) -> int:
    number = int(text) if text.isascii() and text.isdigit() else 0
    if number < 1:
        raise ValueError(f"{text!r} is not a whole number above 0")
    return number


def _months(text: str) -> int:
    number = int(text) if text.isascii() and text.isdigit() else -1
    if not 0 <= number <= 1_200:
        raise ValueError(f"{text!r} is not a number of months between 0 and 1200")
    return number


def _port(text: str) -> int:
    number = int(text) if text.isascii() and text.isdigit() else -1
    if not 0 <= number <= 65_535:
        raise ValueError(f"{text!r} is not a port")
    return number


def _seconds(text: str) -> float:
    number = float(text)
    if not 0 <= number <= 86_400:
        raise ValueError(f"{text!r} is not a number of seconds between 0 and 86400")
    return number


def _one_of(*allowed: str) -> Callable[[str], str]:
    def read(text: str) -> str:
        if text not in allowed:
            raise ValueError(f"{text!r} is not one of {', '.join(allowed)}")
        return text

    return read


def _words(text: str) -> tuple[str, ...]:
    return tuple(word.strip().lower() for word in text.split(",") if word.strip())


def _pairs(text: str) -> dict[str, str]:
    pairs = [word.partition("=") for word in _words(text)]
    if any(not key or not value for key, _, value in pairs):
        raise ValueError(f"{text!r} is not a list like crm.example.com=acme,other.example.com=demo")
    return {key: value for key, _, value in pairs}


def _networks(text: str) -> tuple[Network, ...]:
    return tuple(ip_network(word, strict=False) for word in _words(text))


def _zone(text: str) -> str:
    try:
        ZoneInfo(text)
    except (ZoneInfoNotFoundError, OSError) as error:
        raise ValueError(f"{text!r} is not a time zone like Asia/Shanghai") from error
    return text


def _public_url(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.path not in ("", "/"):
        raise ValueError(f"{text!r} is not an address like https://crm.example.com")
    return text.rstrip("/")


def _address_of(*schemes: str) -> Callable[[str], str]:
    def read(text: str) -> str:
        try:
            parts = urlsplit(text)
            _ = parts.port
        except ValueError as error:
            # the text may hold a password and is not repeated
            raise ValueError("it is no address") from error
        if parts.scheme not in schemes or not (parts.hostname or parts.path):
            raise ValueError(f"it is not an address that begins with {', '.join(f'{one}://' for one in schemes)}")
        return text

    return read


def _mail_address(text: str) -> str:
    local, at, host = text.rpartition("@")
    if not (at and local and host) or any(sign <= " " for sign in text):
        raise ValueError(f"{text!r} is not an address like crm@example.com")
    return text


def _sms_secret(text: str) -> str:
    if len(text) < _SMS_SECRET_LENGTH:
        raise ValueError(f"it is too short, at least {_SMS_SECRET_LENGTH} characters are needed")
    return text


def _region(text: str) -> str:
    if len(text) != 2 or not text.isalpha():
        raise ValueError(f"{text!r} is not a country like CN")
    return text.upper()


def _template(text: str) -> str:
    if text.startswith("sqlite") and "{tenant}" not in text:
        raise ValueError("the address of an SQLite database needs {tenant}: one file for each tenant")
    return text


_READERS: dict[str, Callable[[str], Any]] = {
    "home": Path,
    "database": _template,
    "host": str,
    "port": _port,
    "threads": _positive,
    "workers": _positive,
    "public_url": _public_url,
    "hosts": _words,
    "tenant_hosts": _pairs,
    "proxies": _networks,
    "language": _one_of("zh", "en"),
    "zone": _zone,
    "log_level": _one_of("DEBUG", "INFO", "WARNING", "ERROR"),
    "log_format": _one_of("json", "plain"),
    "synchronous": _one_of("FULL", "NORMAL"),
    "busy_seconds": _seconds,
    "state_seconds": _seconds,
    "statement_seconds": _seconds,
    "password_cost": _one_of("strong", "cheap"),
    "password_jobs": _positive,
    "session_idle_minutes": _positive,
    "session_hours": _positive,
    "trail_months": _months,
    "redis": _address_of("redis", "rediss", "unix"),
    "outbound_allow": _networks,
    "smtp": _address_of("smtp", "smtps", "smtp+plain"),
    "mail_from": _mail_address,
    "sms": _address_of("smpp", "smpps", "twilio+https", "twilio+http", "file"),
    "sms_secret": _sms_secret,
    "sms_numbers": _pairs,
    "imap": _address_of("imaps", "imap", "imap+plain"),
    "mail_addresses": _pairs,
    "phone_region": _region,
    "clock_shift": float,
}


def look_for_garbage_rarely() -> None:
    """Make a process collect cyclic garbage after 50,000 new objects instead of 700.

    Compiled models are large graphs that live on. While one is made, the usual thresholds walk all of it again and
    again: half of the time that a plan over 300 objects takes.
    """
    gc.set_threshold(50_000, 20, 50)
