"""`itsm demo`: the first time it makes a desk full of examples, then it runs like `itsm run`."""

import json
import os
import subprocess
import sys
from pathlib import Path

import click

from itsm.processes.commands import supervise
from itsm.processes.options import host_option, port_option
from itsm.processes.supervisor import ITSM

FOLDER = "data/demo"
STAMP = "demo.json"


@click.command()
@port_option
@host_option
def demo(port: int, host: str) -> None:
    """A desk full of examples, in the folder data/demo unless ITSM_DATA_DIR names another."""
    os.environ.setdefault("ITSM_MODE", "demo")
    os.environ.setdefault("ITSM_LOG_LEVEL", "warning")  # or the sign-ins that are printed would scroll away
    folder = Path(os.environ.setdefault("ITSM_DATA_DIR", FOLDER))
    stamp = folder / STAMP
    if not stamp.exists():
        click.echo("Making a demo desk; this takes a few seconds ...")
        made = subprocess.run([*ITSM, "fill-demo"], check=False)  # noqa: S603 - our own command
        if made.returncode != 0:
            click.echo(f"itsm: the demo could not be made; remove {folder} and try again.", err=True)
            sys.exit(made.returncode)
    logins = json.loads(stamp.read_text())
    words = [f"  {role:<14} {one['login']:<22} password: {one['password']}" for role, one in logins.items()]
    sys.exit(supervise(host, port, ["Sign in as:", *words]))
