"""`itsm fill-demo`: make the demo desk and write down how to log in."""

import json
import os
from collections.abc import Callable
from datetime import timedelta

import click

from itsm.core.act import Act, system
from itsm.plugins.machinery.demo.people import PASSWORD, address, engage
from itsm.plugins.machinery.demo.play import DemoClock, Stage, arrange
from itsm.plugins.machinery.desk import clock_of
from itsm.plugins.machinery.found import found_desk
from itsm.plugins.machinery.lifecycle import Office

STAMP = "demo.json"
SHOWN = {"administrator": "anna", "head": "elena", "agent": "mary", "requester": "tom", "dispatcher": "olga"}
PLUGINS = ("incidents",)
SETTING_UP = Act(system("demo"), channel="cli")


@click.command("fill-demo", hidden=True)
@click.pass_obj
def fill_demo(open_office: Callable[[], Office]) -> None:
    """Make a desk and fill it with a month of work."""
    office = open_office()
    now = clock_of(office.settings)()
    clock = DemoClock(now - timedelta(days=30))
    administrator = found_desk(
        office, PLUGINS, email=address("anna"), password=PASSWORD, name="Анна Орлова", locale="ru"
    )
    desk = office.trial(PLUGINS, clock=clock)
    with desk.unit_of_work(SETTING_UP) as uow:
        cast = engage(uow, administrator)
    stage = Stage(desk, cast, clock)
    arrange(stage, now)
    stage.play(now)
    _write_stamp(office)


def _write_stamp(office: Office) -> None:
    """Written last and at once: its presence says that the demo is whole."""
    logins = {role: {"login": address(key), "password": PASSWORD} for role, key in SHOWN.items()}
    path = office.settings.data_dir / STAMP
    half = path.with_suffix(".half")
    half.write_text(json.dumps(logins))
    os.replace(half, path)
