"""A plugin as a stranger writes it: in a folder of its own, built and installed with pip, knowing only the door."""

import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

PROJECT = """
[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"
[project]
name = "itsm-gadget"
version = "1.0"
dependencies = ["itsm>=0.1"]
[project.entry-points."itsm.plugins"]
gadget = "itsm_gadget.hooks"
[tool.hatch.build.targets.wheel]
packages = ["itsm_gadget"]
"""
MODELS = '''
"""What the gadget keeps."""
from sqlalchemy.orm import Mapped
from itsm.plugins import Base, Id

class Effect(Base):
    """One effect of an observer."""
    __tablename__ = "gadget_effect"
    id: Mapped[Id]
    ticket_id: Mapped[int]

class Told(Base):
    """One ticket of which another system was told."""
    __tablename__ = "gadget_told"
    id: Mapped[Id]
    ticket_id: Mapped[int]

class Mark(Base):
    """One call of many that was done."""
    __tablename__ = "gadget_mark"
    id: Mapped[Id]
    number: Mapped[int]

class Tick(Base):
    """One tick of the schedule."""
    __tablename__ = "gadget_tick"
    id: Mapped[Id]
'''
REVISION = '''
"""The gadget's tables."""
import sqlalchemy as sa
from alembic import op
from itsm.plugins import BigId
revision = "0001"
down_revision = None

def upgrade():
    op.create_table("gadget_effect", sa.Column("id", BigId, primary_key=True),
                    sa.Column("ticket_id", BigId, nullable=False, index=True))
    op.create_table("gadget_tick", sa.Column("id", BigId, primary_key=True))
    for name, column in (("gadget_told", "ticket_id"), ("gadget_mark", "number")):
        op.create_table(name, sa.Column("id", BigId, primary_key=True), sa.Column(column, BigId, nullable=False))

def downgrade():
    op.drop_table("gadget_mark")
    op.drop_table("gadget_told")
    op.drop_table("gadget_tick")
    op.drop_table("gadget_effect")
'''
HOOKS = '''
"""The table of contents of the gadget."""
import os, signal, sys, time
from datetime import timedelta
from flask import jsonify
from sqlalchemy import func, select, text
from itsm.plugins import (About, ApiBlueprint, CallHandler, Command, Field, Panel, Permission, Refusal, Routes,
                          Schedule, hook, needs, reading, say)
from itsm_gadget.models import Effect, Mark, Tick, Told

about = About(title={"en": "Gadget", "ru": "Штука"})
api = ApiBlueprint("gadget", __name__)

@api.route("/effects", methods=["GET"])
@needs("gadget.read")
def effects():
    """How many effects there are, and of how many tickets."""
    with reading() as uow:
        total, tickets = uow.session.execute(select(func.count(), func.count(Effect.ticket_id.distinct()))).one()
        ticks = uow.session.scalar(select(func.count()).select_from(Tick))
        told = uow.session.scalars(select(Told.ticket_id).order_by(Told.ticket_id)).all()
        marks = uow.session.scalars(select(Mark.number).order_by(Mark.number)).all()
        return jsonify(total=total, tickets=tickets, ticks=ticks, told=list(told), marks=list(marks))

@hook
def register_permissions():
    return (Permission("gadget.read", {"en": "Read gadgets"}, ("administrator",)),)

@hook
def register_routes():
    return (Routes(api, "api"),)

@hook
def register_fields():
    return (Field("gadget.size", "whole", {"en": "Size", "ru": "Размер"}, filterable=True),)

@hook
def register_panels():
    return (Panel("gadget.box", {"en": "Gadget", "ru": "Штука"}, "ticket_side", 50, "gadget.read", "gadget/box.html",
                  lambda uow, ticket: {"size": ticket.fields.get("gadget.size")}),)

@hook
def register_calls():
    return (CallHandler("gadget.tick", tick), CallHandler("gadget.late", tick, late="drop"),
            CallHandler("gadget.tell", told, outside=tell), CallHandler("gadget.mark", mark),
            CallHandler("gadget.kill", kill), CallHandler("gadget.hang", hang, timeout=1))

@hook
def register_schedules():
    return (Schedule("gadget.ticking", "gadget.tick", timedelta(seconds=1)),)

@hook
def register_commands():
    return (Command("greet", "Say hello.", lambda uow, name="nobody": f"Hello {name}"),
            Command("owe", "Owe many marks, and bad calls among them.", owe))

def owe(uow, marks="60", bad="", minutes="0"):
    at = uow.now + timedelta(minutes=int(minutes))
    for number in range(int(marks)):
        if number == int(marks) // 2:
            for name in filter(None, bad.split(",")):
                uow.later("gadget." + name)
        uow.later("gadget.mark", number=number, at=at)
    return "owed"

def tick(uow):
    uow.session.add(Tick())

def mark(uow, number):
    uow.session.add(Mark(number=number))

def kill(uow):
    os.kill(os.getpid(), signal.SIGKILL)

def hang(uow):
    sum(range(10**13))

def tell(call):
    with call.http() as http:
        path = f"/{call.args['number']}"
        answer = http.post(os.environ["GADGET_SINK"] + path, headers={"Idempotency-Key": call.key})
    answer.raise_for_status()
    return answer.text

def told(uow, number, outcome):
    uow.session.add(Told(ticket_id=number))

@hook
def ticket_opening(uow, draft):
    title = draft.values["title"]
    if title == "forbidden":
        return [Refusal("title", say("The gadget does not like it."), "gadget")]
    if title == "raise":
        raise ValueError("the gadget's mistake")
    if title == "exit":
        sys.exit(7)
    if title == "break":
        uow.session.execute(text("SELECT nonsense FROM nowhere"))
    if title == "hang":
        while True:
            time.sleep(0.1)

@hook
def ticket_recorded(uow, ticket_id, draft):
    if draft.values["title"] == "record":
        uow.session.execute(text("INSERT INTO nowhere VALUES (1)"))

@hook
def ticket_opened(uow, event):
    uow.session.add(Effect(ticket_id=event.subject_id))
    if "GADGET_SINK" in os.environ:
        uow.later("gadget.tell", number=event.subject_id)
'''


def install_gadget(folder: Path) -> Path:
    """Write the plugin's source, install it; the site folder that belongs on PYTHONPATH."""
    source, site = folder / "source", folder / "site"
    package = source / "itsm_gadget"
    files = {
        source / "pyproject.toml": PROJECT,
        package / "__init__.py": '"""A gadget."""\n',
        package / "models.py": MODELS,
        package / "hooks.py": HOOKS,
        package / "migrations" / "0001_gadget.py": REVISION,
        package / "templates" / "gadget" / "box.html": "<p>gadget of size {{ size }}</p>\n",
    }
    for path, text in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text.lstrip())
    return install(source, site)


def install(source: Path, site: Path) -> Path:
    """Install a source folder into a site folder, without the network."""
    pip = [sys.executable, "-m", "pip"] if find_spec("pip") else [shutil.which("uv") or "uv", "pip"]
    command = [*pip, "install", "--quiet", "--no-deps", "--no-build-isolation", "--no-index", "--target", str(site)]
    if not find_spec("pip"):
        command += ["--python", sys.executable]
    done = subprocess.run([*command, str(source)], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return site
