"""`itsm backup`, `itsm restore`, `itsm doctor`: each loads what it needs when it runs: `--help` answers at once."""

import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from collections.abc import Callable

    from itsm.app import Office
    from itsm.operations.backup.manifest import Manifest

YIELDING = 10  # people who work at the desk come first


@click.command()
@click.option("--to", default="", metavar="FOLDER|FILE.zip", help="Where to; default: `backups` in the data folder.")
@click.option("--check", "checked", type=click.Path(path_type=Path), metavar="FILE.zip",
              help="Make none, but read this one to its end and say whether it is whole.")  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
@click.pass_obj
def backup(open_office: "Callable[[], Office]", to: str, checked: Path | None, as_json: bool) -> None:
    """Back up the desk while it works: rows, history and files in one archive. The secret key is not in it."""
    from itsm.operations.backup.whole import back_up_desk, check_backup

    if checked is not None:
        _tell(check_backup(checked), checked, as_json)
        return
    os.nice(YIELDING)
    made = back_up_desk(open_office(), to)
    _tell(made.manifest, made.place, as_json, seconds=round(made.seconds, 1))
    if not made.recorded:
        click.echo("itsm: the schema does not fit this code, so that the desk could not note its backup.", err=True)
    if made.manifest.missing:
        names = ", ".join(made.manifest.missing[:5])
        click.echo(f"itsm: {len(made.manifest.missing)} files are not in the store: {names}", err=True)
        sys.exit(1)


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--into", default="", metavar="FOLDER|URL", help="An empty data folder or database, instead of the settings'."
)
@click.option("--force", is_flag=True, help="Write over a database that is not empty: everything in it is lost.")
@click.option("--without", "left_out", multiple=True, metavar="PLUGIN", help="Leave out a plugin's own tables.")
@click.pass_obj
def restore(open_office: "Callable[[], Office]", file: Path, into: str, force: bool, left_out: tuple[str, ...]) -> None:
    """Restore a backup into an empty desk, on either database. Background jobs are held until they are released."""
    from itsm.operations.backup.whole import restore_desk
    from itsm.plugins.machinery.child import run_child

    if "://" in into:
        os.environ["ITSM_DATABASE_URL"] = into
    elif into:
        os.environ["ITSM_DATA_DIR"] = into
        os.environ["ITSM_DATABASE_URL"] = f"sqlite:///{Path(into).absolute() / 'itsm.sqlite3'}"
    settings = open_office().settings
    done = restore_desk(settings, file, force=force, left_out=left_out)
    run_child("migrate")  # what other plugins lack, and the indexes of fields
    _tell(done.manifest, file, False)
    click.echo(
        f"Restored into {settings.data_dir}. The ledger is in its epoch {done.epoch}, everybody is signed out, and "
        f"{done.held} background jobs are held.\n"
        "Accounts and tokens are as they were then: take away again what was taken away since. With another secret key "
        "than the old desk's, second factors must be set up again.\n"
        "Next: `itsm verify`, `itsm doctor`, look at the desk with `itsm run`, and when it is the one that works from "
        "now on: `itsm calls release`."
    )


def _tell(manifest: "Manifest", place: Path, as_json: bool, **more: object) -> None:
    """What a backup holds."""
    size = place.stat().st_size
    values = {"file": str(place), "bytes": size, "taken_at": manifest.taken_at.isoformat(), "itsm": manifest.itsm,
              "engine": manifest.engine, "rows": manifest.rows, "files": len(manifest.files),
              "missing": len(manifest.missing), **more}  # fmt: skip
    if as_json:
        click.echo(json.dumps(values, ensure_ascii=False))
        return
    click.echo(
        f"{place}: taken {manifest.taken_at:%Y-%m-%d %H:%M:%S} UTC by itsm {manifest.itsm} on {manifest.engine}, "
        f"{manifest.rows} rows of {len(manifest.tables)} tables, {len(manifest.files)} files, {size / 1e6:.1f} MB."
    )


@click.command()
@click.option("--deep", is_flag=True, help="Read every stored file too, and compare it with its digest.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
@click.pass_obj
def doctor(open_office: "Callable[[], Office]", deep: bool, as_json: bool) -> None:
    """Look at the whole desk, tell what is wrong and how it is mended. Ends with 1 when something is wrong."""
    from itsm.operations.doctor.visit import examine

    found = examine(open_office, deep=deep)
    for one in found:
        click.echo(json.dumps(one.values(), ensure_ascii=False) if as_json else one.lines())
    if any(one.level == "wrong" for one in found):
        sys.exit(1)
