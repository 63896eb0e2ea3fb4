"""The command ``tessera``."""

from __future__ import annotations

import click

from engine import __version__
from engine.cli.lazy import LazyGroup
from engine.settings import look_for_garbage_rarely

_COMMANDS = {
    "demo": ("engine.cli.serving:demo", "Create the demo tenant if it is not there, and serve it."),
    "serve": ("engine.cli.serving:serve", "Serve pages and REST."),
    "tenant": ("engine.cli.tenants:tenant", "Create, list and drop tenants."),
    "pack": ("engine.cli.packs:pack", "Check, plan, install and upgrade packs."),
    "overlay": ("engine.cli.overlays:overlay", "Import and export a tenant's own layer."),
    "user": ("engine.cli.users:user", "Create and list users, set passwords."),
    "token": ("engine.cli.tokens:token", "Create, list and revoke API tokens."),
    "import": ("engine.cli.transfers:import_file", "Import a CSV or XLSX file."),
    "export": ("engine.cli.transfers:export_file", "Export records to CSV or XLSX."),
    "explain": ("engine.cli.access:explain", "Say why a user may, or may not, do something."),
    "access": ("engine.cli.access:access", "Rights of users, separation of duties, leavers."),
    "rules": ("engine.cli.rules:rules", "Check and evaluate FEEL; run the conformance kit."),
    "jobs": ("engine.cli.jobs:jobs", "See and replay jobs, events and deliveries."),
    "workflow": ("engine.cli.workflow:workflow", "Check processes, and rebuild their lists."),
    "worker": ("engine.cli.workers:worker", "Do work in the background, called by Redis."),
    "scheduler": ("engine.cli.workers:scheduler", "Look for what is due, and call workers by Redis."),
    "doctor": ("engine.cli.doctor:doctor", "Look at settings, databases and files, and say what is wrong."),
}


@click.group(
    cls=LazyGroup,
    commands_at=_COMMANDS,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
)
@click.version_option(__version__, prog_name="tessera")
def main() -> None:
    """Tessera: packs of YAML become tables, REST and pages.

    Settings come from the environment (TESSERA_HOME, TESSERA_DATABASE, TESSERA_PORT ...).
    Exit codes: 0 done, 1 refused or wrong, 2 wrong usage, 3 busy, 78 wrong settings.
    """
    look_for_garbage_rarely()


if __name__ == "__main__":
    main()
