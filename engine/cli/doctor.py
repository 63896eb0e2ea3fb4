"""``tessera doctor``: looks at settings, databases and files, and says what is wrong and what to do."""

from __future__ import annotations

import os
import shutil
import stat
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Literal

import click

from engine.cli.console import FAILED, Console, verb
from engine.cli.house import opened, operator
from engine.kernel.errors import TesseraError

if TYPE_CHECKING:
    from engine.settings import Settings
    from engine.wiring import Engine

_LEAST_SPACE = 500 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Finding:
    """What was looked at, and what was found."""

    what: str
    state: Literal["good", "warning", "bad"]
    says: str


@click.command()
@verb
def doctor(console: Console) -> int:
    """Look at settings, databases and files, and say what is wrong."""
    with opened() as engine:
        findings = [
            *_machine(engine.settings),
            *_secret_file(engine.settings),
            *_channels(engine),
            *_tenants(engine),
        ]
    bad = [finding for finding in findings if finding.state == "bad"]
    marks = {"good": "  ", "warning": "? ", "bad": "! "}
    lines = [f"{marks[one.state]}{one.what}: {one.says}" for one in findings]
    console.result({"ok": not bad, "findings": [asdict(finding) for finding in findings]}, "\n".join(lines))
    return FAILED if bad else 0


def _machine(settings: Settings) -> Iterator[Finding]:
    yield Finding("python", "good", sys.version.split()[0])
    try:
        settings.home.mkdir(parents=True, exist_ok=True)
        free = shutil.disk_usage(settings.home).free
        writable = os.access(settings.home, os.W_OK)
    except OSError as error:
        yield Finding("home", "bad", f"{settings.home}: {error.strerror}")
        return
    yield Finding(
        "home", "good" if writable else "bad", f"{settings.home}" + ("" if writable else " cannot be written")
    )
    state: Literal["good", "warning"] = "good" if free > _LEAST_SPACE else "warning"
    yield Finding("space", state, f"{free // 1024 // 1024:,} MB free")
    if settings.synchronous != "FULL":
        yield Finding("durability", "warning", "TESSERA_SYNCHRONOUS=NORMAL: a power cut can lose acknowledged changes")
    if not settings.https and settings.host not in ("127.0.0.1", "::1", "localhost"):
        yield Finding("https", "warning", "others can reach this server without https; set TESSERA_PUBLIC_URL")


def _secret_file(settings: Settings) -> Iterator[Finding]:
    file = settings.home / "secret"
    if not file.exists() or sys.platform == "win32":
        return
    loose = stat.S_IMODE(file.stat().st_mode) & 0o077
    yield Finding("secret", "bad" if loose else "good", "others may read it; chmod 600" if loose else "only yours")


def _channels(engine: Engine) -> Iterator[Finding]:
    settings = engine.settings
    if not settings.redis:
        yield Finding("background", "good", "threads of the server")
    elif engine.degraded():
        yield Finding("background", "warning", "Redis does not answer; work goes on from the database")
    else:
        yield Finding("background", "good", "Redis answers; jobs travel as JSON")
    named = {channel.name for channel in engine.messages.channels}
    for name, setting in (("email", "TESSERA_SMTP"), ("sms", "TESSERA_SMS")):
        state: Literal["good", "warning"] = "good" if name in named else "warning"
        yield Finding(name, state, "set" if name in named else f"{setting} is not set; such messages wait")
    if settings.smtp.startswith("smtp+plain:"):
        yield Finding("email", "warning", "mail goes without TLS")
    if settings.smtp and not settings.mail_from:
        yield Finding("email", "warning", "TESSERA_MAIL_FROM is not set")
    if settings.sms and not settings.sms.startswith("file:") and len(engine.tenancy.list()) > 1:
        known = set(settings.sms_numbers.values())
        lost = [tenant.name for tenant in engine.tenancy.list() if tenant.name not in known]
        if lost and settings.sms.startswith("smpp"):
            yield Finding("sms", "warning", f"TESSERA_SMS_NUMBERS names no number of {', '.join(lost[:5])}")


def _waiting(engine: Engine, tenant: str) -> Iterator[Finding]:
    try:
        tally = engine.jobs.tally(operator(engine, tenant))
    except TesseraError:
        yield Finding(
            f"tenant {tenant}", "warning", "made by an older version; it is brought up to date when it is served"
        )
        return
    wrong = {
        "jobs set aside": tally.jobs.get("quarantined", 0),
        "dead events": tally.events.get("dead", 0),
        "dead deliveries": tally.deliveries.get("dead", 0),
    }
    for what, count in wrong.items():
        if count:
            yield Finding(f"tenant {tenant}", "warning", f"{count} {what}; see tessera jobs list {tenant}")


def _tenants(engine: Engine) -> Iterator[Finding]:
    tenants = engine.tenancy.list()
    yield Finding("tenants", "good" if tenants else "warning", str(len(tenants)) if tenants else "none yet")
    for tenant in tenants:
        try:
            database, catalog = engine.shelf.current(tenant.name)
            users = engine.auth.accounts.all(tenant.name)
        except TesseraError as error:
            yield Finding(f"tenant {tenant.name}", "bad", error.message("en"))
            continue
        packs = ", ".join(f"{pack.name} {pack.version}" for pack in catalog.model.packs) or "no packs"
        yield Finding(f"tenant {tenant.name}", "good", f"{database.dialect}, {packs}, {len(users)} users")
        if not any(user.administrator and user.active for user in users):
            yield Finding(f"tenant {tenant.name}", "warning", "nobody is administrator")
        yield from _waiting(engine, tenant.name)
