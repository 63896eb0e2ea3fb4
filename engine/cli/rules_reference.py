"""``tessera rules reference``: the built-in functions, one or all."""

from __future__ import annotations

import click

from engine.cli.console import FAILED, OK, Console, verb


@click.command()
@click.argument("name", nargs=-1)
@verb
def reference(console: Console, name: tuple[str, ...]) -> int:
    """Print the reference of all built-in functions as a document, or the help on the function NAME."""
    from engine.kernel.diagnostics import nearest
    from engine.rules.examples import results
    from engine.rules.reference import all_functions
    from engine.rules.reference_text import help_lines, reference_document

    wanted = " ".join(name)
    found = [one for one in all_functions() if not wanted or one.name == wanted]
    told = [
        {
            "name": one.name,
            "calls": one.calls,
            "says": one.says,
            "examples": [{"expression": text, "gives": result} for text, result in results(one.name)],
        }
        for one in found
    ]
    if not found:
        guess = nearest(wanted, [one.name for one in all_functions()])
        told_why = f"there is no function {wanted}" + (f"; did you mean {guess}?" if guess else "")
        console.result({"ok": False, "message": told_why}, told_why)
        return FAILED
    text = "\n".join(help_lines(found[0])) if wanted else reference_document().rstrip("\n")
    console.result(told, text)
    return OK
