"""What other systems send, each read by a pure function into the same alerts."""

from itsm.plugins import AlertSource
from itsm_monitoring.outside import (
    alertmanager,
    cloudevents,
    generic,
    grafana,
    icinga,
    monit,
    nagios,
    pagerduty,
    zabbix,
)

SOURCES = (
    AlertSource("alertmanager", {"en": "Prometheus Alertmanager", "ru": "Prometheus Alertmanager"}, alertmanager.parse),
    AlertSource("grafana", {"en": "Grafana", "ru": "Grafana"}, grafana.parse, grafana.check),
    AlertSource("zabbix", {"en": "Zabbix", "ru": "Zabbix"}, zabbix.parse),
    AlertSource("nagios", {"en": "Nagios", "ru": "Nagios"}, nagios.parse),
    AlertSource("icinga", {"en": "Icinga", "ru": "Icinga"}, icinga.parse),
    AlertSource("monit", {"en": "Monit", "ru": "Monit"}, monit.parse),
    AlertSource("pagerduty", {"en": "PagerDuty Events v2", "ru": "PagerDuty Events v2"}, pagerduty.parse),
    AlertSource("cloudevents", {"en": "CloudEvents", "ru": "CloudEvents"}, cloudevents.parse),
    AlertSource("generic", {"en": "Own scripts", "ru": "Собственные скрипты"}, generic.parse),
)
