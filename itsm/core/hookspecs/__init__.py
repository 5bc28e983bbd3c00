"""The hooks, one file per kind; `DESK_SPECS` is what the machinery gives to pluggy."""

from itsm.core.hookspecs import decides, guards, observes, records, registers, shows, voices

DESK_SPECS = (registers, guards, records, decides, voices, observes, shows)
