"""The demo tenant: the standard pack, a made-up company's data, and people to log in as."""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from engine.cli.console import Console
from engine.kernel.errors import Missing
from engine.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine.transfer import SeedAct
    from engine.wiring import Engine

TENANT = "demo"
PACK = "crm_standard"
_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Demo:
    """The demo tenant; ``log_ins`` holds login, password and who that is."""

    tenant: str
    log_ins: tuple[tuple[str, str, str], ...]


def prepare(settings: Settings, console: Console) -> Demo:
    """Make the demo tenant if it is not there, and return who can log in."""
    kept = settings.home / "demo.json"
    if kept.is_file():
        return _read(kept)
    from engine.wiring import build_engine

    engine = build_engine(settings)
    try:
        with _alone(settings):
            if kept.is_file():
                return _read(kept)
            begun = settings.home / "demo.begun"
            if begun.is_file():
                _drop(engine)
            begun.touch()
            _write(kept, _make(engine, console))
            begun.unlink()
    finally:
        engine.close()
    return _read(kept)


def _make(engine: Engine, console: Console) -> list[tuple[str, str, str]]:
    from engine.auth import NewUser
    from engine.cli.house import operator
    from engine.transfer import acts_of, load_rows, users_of

    folder = pack_folder()
    console.say("Making the demo tenant ...")
    engine.tenancy.create(TENANT, "恒远自动化")
    engine.tenancy.install(TENANT, [folder])
    password = secrets.token_urlsafe(9)
    log_ins = []
    for user in users_of(folder / "demo"):
        new = NewUser(
            user.login, user.name, password, user.roles, user.administrator, user.language, user.email or None
        )
        engine.auth.accounts.create(TENANT, new)
        log_ins.append((user.login, password, ", ".join((user.name, *user.roles))))
    with console.progress("demo data") as advance:
        load_rows(engine.records, operator(engine, TENANT), folder / "demo", lambda _, done, __: advance(done))
    for act in acts_of(folder / "demo"):
        _perform(engine, act)
    return log_ins


def _perform(engine: Engine, act: SeedAct) -> None:
    """Do what a person of the demo does, with that person's rights."""
    from engine.cli.house import operator
    from engine.records import Listing
    from engine.workflow.conversions import Wish

    user = engine.auth.accounts.by_login(TENANT, act.login)
    actor = engine.auth.actor_of(TENANT, user.id)
    if actor is None:
        raise Missing("not_found")
    ctx = replace(operator(engine, TENANT), actor=actor)
    for row in engine.records.list(ctx, Listing(act.object, act.where, limit=1)).records:
        if act.act in engine.records.model(ctx).conversions:
            engine.processes.conversions.convert(ctx, act.object, row.id, act.act, Wish(act.fields))
        else:
            engine.workflow.perform(ctx, act.object, row.id, row.version, act.act, dict(act.fields))


def _drop(engine: Engine) -> None:
    """Remove what an interrupted start left behind; nobody has had log-ins for it yet."""
    try:
        engine.tenancy.drop(TENANT)
    except Missing:
        return


def pack_folder() -> Path:
    """Return the folder of the standard pack: beside the engine in a checkout, inside it when installed."""
    import engine

    here = Path(engine.__file__).parent
    for folder in (here.parent / "packs" / PACK, here / "_packs" / PACK):
        if folder.is_dir():
            return folder
    raise Missing("no_such_pack", folder=PACK)


def _read(kept: Path) -> Demo:
    told = json.loads(kept.read_text(encoding="utf-8"))
    log_ins = [(one["login"], one["password"], one["who"]) for one in told["log_ins"]]
    return Demo(told["tenant"], tuple(log_ins[:_SHOWN]))


def _write(kept: Path, log_ins: list[tuple[str, str, str]]) -> None:
    rows: list[Mapping[str, str]] = [{"login": a, "password": b, "who": c} for a, b, c in log_ins]
    text = json.dumps({"tenant": TENANT, "log_ins": rows}, ensure_ascii=False, indent=2)
    draft = kept.with_suffix(".new")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
    draft.replace(kept)


@contextmanager
def _alone(settings: Settings) -> Iterator[None]:
    """Keep a second start away while the first one makes the tenant."""
    settings.home.mkdir(parents=True, exist_ok=True)
    with (settings.home / "demo.lock").open("a") as file:
        if os.name == "posix":
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX)
        yield
