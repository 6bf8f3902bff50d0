"""Metrics: what Prometheus is told. https://prometheus.io/docs/instrumenting/exposition_formats/

Of requests each worker tells its own; what the store knows is asked when somebody looks, so that all workers tell the
same. Labels are sites, routes, and words of ours or of FHIR's: never a code, a name or a number that was sent.
"""

from __future__ import annotations

from collections.abc import Iterable

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from natars_fhir.service.figures import Figure

MEDIA_TYPE = CONTENT_TYPE_LATEST
_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)


class Metrics:
    """What one process counts, in a registry of its own."""

    def __init__(self) -> None:
        here = self.registry = CollectorRegistry()
        route = ["method", "route"]
        self._requests = Counter("natars_requests", "Requests answered.", [*route, "status"], registry=here)
        self._seconds = Histogram(
            "natars_request_seconds", "How long requests took.", route, buckets=_BUCKETS, registry=here
        )
        self.under_way = Gauge("natars_requests_under_way", "Requests that are not answered yet.", registry=here)
        says = "When the last round was made."
        self.round = Gauge("natars_last_round_timestamp_seconds", says, ["round"], registry=here)

    def answered(self, method: str, route: str, status: int, seconds: float) -> None:
        """Counts a request; *status* 0 is one whose sender left."""
        self._requests.labels(method, route, str(status)).inc()
        self._seconds.labels(method, route).observe(seconds)

    def told(self, figures: Iterable[Figure]) -> bytes:
        """All of it, as text."""
        registry = CollectorRegistry()
        registry.register(_Told(figures))
        return generate_latest(self.registry) + generate_latest(registry)


class _Told(Collector):
    def __init__(self, figures: Iterable[Figure]) -> None:
        self._figures = list(figures)

    def collect(self) -> Iterable[Metric]:
        """One family a name."""
        families: dict[str, CounterMetricFamily | GaugeMetricFamily] = {}
        for one in self._figures:
            kind = CounterMetricFamily if one.counts_up else GaugeMetricFamily
            family = families.setdefault(one.name, kind(one.name, one.says, labels=[*one.labels]))
            family.add_metric([*one.labels.values()], one.value)
        return families.values()
