"""Grafana: unified alerting, which is like Alertmanager's, and the older form with one rule in each message.

https://grafana.com/docs/grafana/latest/alerting/configure-notifications/manage-contact-points/integrations/webhook-notifier/
"""

import hmac
from collections.abc import Mapping, Sequence
from datetime import timedelta
from hashlib import sha256
from typing import Any

from itsm.plugins import Alert, AlertRequest, Invalid, Message, RefusedAlert, SignedRequest, say
from itsm_monitoring.outside import alertmanager
from itsm_monitoring.outside.words import key_of, line, moment, one, prose

SIGNATURE, STAMP = "x-grafana-alerting-signature", "x-grafana-alerting-timestamp"
STALE = timedelta(minutes=5)
OLD = {"alerting": "firing", "no_data": "firing", "ok": "resolved", "paused": "note", "pending": "note"}


def parse(request: AlertRequest) -> Sequence[Alert | RefusedAlert]:
    """The alerts of a message."""
    data = one(request)
    return alertmanager.parse(request) if "alerts" in data else [_old(data)]


def _old(data: Mapping[str, Any]) -> Alert | RefusedAlert:
    """One rule of Grafana up to 8; it has neither times nor a number of the message."""
    if "ruleId" not in data:
        raise Invalid.field("alerts", say("Missing data for required field."))
    status = OLD.get(line(data.get("state"), 20))
    if status is None:
        return RefusedAlert(say("Must be one of: {allowed}.", allowed=", ".join(OLD)), "state")
    return Alert(
        key=key_of("rule", data.get("orgId") or "1", data["ruleId"]),
        status=status,  # type: ignore[arg-type]
        title=line(data.get("ruleName") or data.get("title")) or key_of("rule", data["ruleId"]),
        text="\n\n".join(filter(None, (prose(data.get("message")), _values(data.get("evalMatches"))))),
        url=line(data.get("ruleUrl"), 2_000),
    )


def _values(matches: Any) -> str:
    found = [each for each in matches if isinstance(each, Mapping)] if isinstance(matches, list) else []
    return "\n".join(f"{line(each.get('metric'), 200)}: {line(each.get('value'), 60)}" for each in found[:50])


def check(signed: SignedRequest) -> Message | None:
    """HMAC-SHA256 of the body, or of `<timestamp>:<body>` where Grafana sends a timestamp beside it."""
    given, stamp = signed.headers.get(SIGNATURE, ""), signed.headers.get(STAMP, "")
    content = stamp.encode() + b":" + signed.body if stamp else signed.body
    if not hmac.compare_digest(given, hmac.new(signed.secret.encode(), content, sha256).hexdigest()):
        return say("The signature is missing or wrong.")
    if stamp:
        sent = moment(stamp, AlertRequest(None, {}, signed.received_at))
        if sent is None or abs(signed.received_at - sent) > STALE:
            return say("The signature is older than five minutes.")
    return None
