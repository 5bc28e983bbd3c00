"""How many requests a web process has answered and how long that took: its own, for Prometheus adds processes up."""

from prometheus_client import CollectorRegistry, Histogram

BOUNDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
# Anybody can send a method of their own making, and each would be kept for ever.
METHODS = frozenset({"GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"})


class Requests:
    """The requests that this process has answered since it started."""

    def __init__(self) -> None:
        self.histogram = Histogram(
            "itsm_request_seconds",
            "How long requests took in this process, by class of route.",
            ["kind", "plugin", "method", "status"],
            buckets=BOUNDS,
            registry=None,
        )

    def note(self, about: tuple[str, str, str, int], seconds: float) -> None:
        """One more; about: class of route, plugin, method, status."""
        kind, plugin, method, status = about
        self.histogram.labels(kind, plugin, method if method in METHODS else "other", str(status)).observe(seconds)

    def join(self, registry: CollectorRegistry) -> None:
        """Let them be told with the other numbers."""
        registry.register(self.histogram)
