"""`itsm plugins new` and `itsm plugins check`."""

import json
import sys
from pathlib import Path

import click

from itsm.core.texts import say


@click.command()
@click.argument("name")
@click.option("--into", type=click.Path(file_okay=False, path_type=Path), default=Path(), help="Where; default: here.")
def new(name: str, into: Path) -> None:
    """Make a plugin that works and passes its own tests, to change into yours."""
    from itsm.app import HOUSE
    from itsm.authoring.new import new_plugin
    from itsm.cli import COMMANDS
    from itsm.plugins.machinery.members import RESERVED, installed

    words = {*RESERVED, *COMMANDS, *(member.name for member in HOUSE)}
    folder = new_plugin(name, into, words=words, installed=installed())
    click.echo(say("{folder} is made. Next, in that folder:", folder=folder))
    click.echo('  pip install -e ".[test]"\n  pytest\n  itsm plugins check .\n  itsm plugins enable ' + name)


@click.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
@click.option(
    "--limit", default=300.0, show_default=True, help="Seconds after which it is ended and that is a finding."
)
def check(folder: Path, as_json: bool, limit: float) -> None:
    """Try the plugins of a source folder against the contract; exit code 0 when nothing but warnings is found."""
    from itsm.authoring.check.run import check as run

    outcome = run(folder, limit=limit)
    if as_json:
        told = {"findings": [finding.told() for finding in outcome.findings], "left_out": outcome.left_out}
        click.echo(json.dumps(told, ensure_ascii=False))
    else:
        for finding in outcome.findings:
            click.echo(str(finding))
        for reason in outcome.left_out:
            click.echo(f"Left out: {reason}")
        click.echo(f"{len(outcome.findings) or 'No'} finding{'' if len(outcome.findings) == 1 else 's'}.")
    sys.exit(0 if outcome.passed else 1)


COMMANDS = (new, check)
