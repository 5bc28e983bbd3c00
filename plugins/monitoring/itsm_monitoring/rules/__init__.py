"""Pure rules: what a message means for a trouble."""

from itsm_monitoring.rules.course import LEVELS, Policy, Standing, Step, is_for_people, next_step

__all__ = ["LEVELS", "Policy", "Standing", "Step", "is_for_people", "next_step"]
