"""What workers do: claim due rows, deliver them, expand events, keep schedules."""

from itsm.core.work.jobs.deliver import Workplace, drain

__all__ = ["Workplace", "drain"]
