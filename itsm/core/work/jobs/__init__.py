"""What workers do: claim due rows, deliver them, expand events, keep schedules."""

from itsm.core.work.jobs.deliver import Handler, Workplace, drain

__all__ = ["Handler", "Workplace", "drain"]
