"""How long hooks took, day by day, added up over all processes."""

from datetime import date

from sqlalchemy import Float, String
from sqlalchemy.orm import Mapped, mapped_column

from itsm.core.db import Base

EVER = date(1, 1, 1)  # the row into which old days are added, so that sums only grow


class HookTime(Base):
    """The calls of one hook of one plugin on one day (UTC). `within_…`: how many of them took at most so long."""

    __tablename__ = "machinery_hook_time"

    plugin: Mapped[str] = mapped_column(String(40), primary_key=True)
    hook: Mapped[str] = mapped_column(String(160), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    count: Mapped[int]
    seconds: Mapped[float] = mapped_column(Float)
    longest: Mapped[float] = mapped_column(Float)
    within_1ms: Mapped[int]
    within_10ms: Mapped[int]
    within_100ms: Mapped[int]
    within_1s: Mapped[int]
