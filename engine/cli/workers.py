"""``tessera worker`` and ``tessera scheduler``: background work in processes of its own, with Redis as the bell."""

from __future__ import annotations

import signal
import threading
from typing import TYPE_CHECKING

import click

from engine.cli.console import FAILED, Console, verb
from engine.settings import Settings

if TYPE_CHECKING:
    from engine.wiring import Engine

_POLL = 2.0


@click.command()
@verb
def worker(console: Console) -> int:
    """Work when Redis calls, and from the database while Redis is away, until told to stop."""
    from engine import worker as door
    from engine.jobs.redis_bell import RedisBell, RedisWatch
    from engine.jobs.rq_worker import WorkerLoop

    settings = Settings.from_env()
    if not settings.redis:
        console.say("TESSERA_REDIS is not set: the server does the work itself, or `tessera scheduler` alone")
        return FAILED
    engine = _engine(settings)
    door.settle_in(engine, RedisBell(settings.redis, engine.background.runner))
    loop = WorkerLoop(settings.redis, engine.background, RedisWatch(settings.redis))

    def stop(*_: object) -> None:
        door.stop()
        loop.stop()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    engine.listen()
    loop.run()
    engine.close()
    return 0


@click.command()
@click.option("--poll", type=click.FloatRange(0.2, 10), default=_POLL, help="Seconds between two looks.")
@verb
def scheduler(console: Console, poll: float) -> int:
    """Look for what is due in all tenants and call workers; do it here where there is no Redis to call by."""
    from engine.jobs import Dispatcher, Threads
    from engine.jobs.redis_bell import RedisBell

    settings = Settings.from_env()
    engine = _engine(settings)
    ended = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ended.set())
    background = engine.background
    threads = Threads(background.lanes)
    threads.start()
    target = RedisBell(settings.redis, background.runner, threads) if settings.redis else threads
    dispatcher = Dispatcher(background.lanes, target, background.tenants, engine.clock, poll)
    dispatcher.start()
    console.say("looking for work")
    ended.wait()
    dispatcher.stop()
    threads.stop()
    engine.close()
    return 0


def _engine(settings: Settings) -> Engine:
    from engine.api import configure_logs
    from engine.wiring import build_engine

    configure_logs(settings)
    return build_engine(settings)
