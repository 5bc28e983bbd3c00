"""What can be done with alerts: take a request in, work off what came, find a trouble."""

from itsm_monitoring.verbs.find import alerts_of, find_alert, firing
from itsm_monitoring.verbs.incident import answer
from itsm_monitoring.verbs.receive import Accepted, name_of, receive, source_named
from itsm_monitoring.verbs.work_off import work_off

__all__ = ["Accepted", "alerts_of", "answer", "find_alert", "firing", "name_of", "receive", "source_named", "work_off"]
