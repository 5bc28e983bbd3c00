"""What monitoring asks of plugins: which senders there are."""

from collections.abc import Sequence

from itsm.plugins import AlertSource, spec


@spec("registers")
def register_alert_sources() -> Sequence[AlertSource]:
    """Kinds of senders of alerts: what each sends is read by a pure function."""
    return ()
