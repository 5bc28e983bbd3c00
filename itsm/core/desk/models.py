"""Facts of the desk as a whole, the enabled set, and the faults of plugins."""

from datetime import datetime

from sqlalchemy import Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from itsm.core.db import Base, Id

PLUGIN = String(40)
HELD = "held_since"


class DeskFact(Base):
    """A few facts of the desk as a whole: `generation` (of plugins and configuration), `epoch` (of the ledger), and
    while background work is held since a restore, `held_since`."""

    __tablename__ = "desk_fact"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    value: Mapped[str] = mapped_column(String(200))


class PluginRow(Base):
    """A plugin that was enabled once: `enabled`, `disabled` (parked with its data) or `quarantined`, and why."""

    __tablename__ = "plugin"

    name: Mapped[str] = mapped_column(PLUGIN, primary_key=True)
    state: Mapped[str] = mapped_column(String(12))
    reason: Mapped[str] = mapped_column(Text, default="")
    changed_at: Mapped[datetime]


class PluginFault(Base):
    """One failure of one plugin in one hook."""

    __tablename__ = "plugin_fault"
    __table_args__ = (Index("ix_plugin_fault_plugin", "plugin", "at"),)

    id: Mapped[Id]
    plugin: Mapped[str] = mapped_column(PLUGIN)
    hook: Mapped[str] = mapped_column(String(80))
    at: Mapped[datetime]
    error: Mapped[str] = mapped_column(Text)
    milliseconds: Mapped[int] = mapped_column(default=0)
