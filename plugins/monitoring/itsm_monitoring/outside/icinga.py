"""Icinga 2: a notification script sends its environment as JSON; of a host, the members about a service are empty."""

from collections.abc import Sequence

from itsm.plugins import Alert, AlertRequest, RefusedAlert
from itsm_monitoring.outside.nagios import notification
from itsm_monitoring.outside.words import line, one, prose


def parse(request: AlertRequest) -> Sequence[Alert | RefusedAlert]:
    """One notification of a host or a service."""
    data = one(request, "type", "host")
    of = "service" if line(data.get("service")) else "host"
    output, _, more = prose(data.get(f"{of}_output")).partition("\n")
    state = line(data.get(f"{of}_state"), 40)
    type = line(data["type"], 40)
    return [notification(request, data, type=type, state=state, output=line(output), more=more, number="")]
