"""``tessera serve`` and ``tessera demo``."""

from __future__ import annotations

import sys
from dataclasses import replace
from typing import Any

import click

from engine.cli.console import Console, verb
from engine.settings import Settings


@click.command()
@click.option("--host", default=None, help="The address to listen on.")
@click.option("--port", type=int, default=None, help="The port to listen on.")
@click.option("--threads", type=int, default=None, help="Threads of each process.")
@click.option("--workers", type=int, default=None, help="Processes (gunicorn, not on Windows); 1 runs waitress.")
@verb
def serve(console: Console, host: str | None, port: int | None, threads: int | None, workers: int | None) -> int:
    """Serve pages and REST until told to stop."""
    settings = _settings(host, port, threads, workers)
    console.say(f"http://{settings.host}:{settings.port}")
    return run(settings)


@click.command()
@click.option("--host", default=None, help="The address to listen on.")
@click.option("--port", type=int, default=None, help="The port to listen on.")
@click.option("--once", is_flag=True, help="Make the tenant and stop; do not serve.")
@verb
def demo(console: Console, host: str | None, port: int | None, once: bool) -> int:
    """Create the demo tenant with its data if it is not there, print the log-ins, and serve it."""
    from engine.cli.demo import prepare

    settings = _settings(host, port, None, None)
    made = prepare(settings, console)
    address = settings.public_url or f"http://{settings.host}:{settings.port}"
    log_ins = [{"login": login, "password": password, "who": who} for login, password, who in made.log_ins]
    lines = [f"  {one['login']:<12} {one['password']:<24} {one['who']}" for one in log_ins]
    console.result(
        {"address": address, "tenant": made.tenant, "log_ins": log_ins},
        "\n".join([address, "", *lines, "", "Ctrl+C stops it."]),
    )
    sys.stdout.flush()
    return 0 if once else run(settings)


def run(settings: Settings) -> int:
    """Serve with waitress in this process, or with gunicorn in several."""
    if settings.workers > 1:
        from engine.cli.gunicorn_server import serve_many

        return serve_many(settings)
    from engine.cli.waitress_server import serve_one

    return serve_one(settings)


def _settings(host: str | None, port: int | None, threads: int | None, workers: int | None) -> Settings:
    settings = Settings.from_env()
    given: dict[str, Any] = {"host": host, "port": port, "threads": threads, "workers": workers}
    return replace(settings, **{name: value for name, value in given.items() if value is not None})
