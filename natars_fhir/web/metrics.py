"""Metrics: what Prometheus is told. https://prometheus.io/docs/instrumenting/exposition_formats/

Of requests each worker tells its own; what the store knows is asked when somebody looks, so that all workers tell the
same. Labels are sites, routes, and words of ours or of FHIR's: never a code, a name or a number that was sent.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from datetime import datetime

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from natars_fhir.service.upkeep.figures import Figure

MEDIA_TYPE = CONTENT_TYPE_LATEST
_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)


class Metrics:
    """What one process counts, in a registry of its own, and under its own name: of several workers behind one port any
    may answer a scrape."""

    def __init__(self) -> None:
        here, self._me = CollectorRegistry(), str(os.getpid())
        self.registry = here
        route = ["worker", "method", "route"]
        self._requests = Counter("natars_requests", "Requests answered.", [*route, "status"], registry=here)
        self._seconds = Histogram(
            "natars_request_seconds", "How long requests took.", route, buckets=_BUCKETS, registry=here
        )
        says = "Requests that are not answered yet."
        self.under_way = Gauge("natars_requests_under_way", says, ["worker"], registry=here).labels(self._me)
        says = "How long the one waited who waited longest, of patients who were screened together after a push."
        self._waited = Histogram("natars_screening_wait_seconds", says, ["worker"], buckets=_BUCKETS, registry=here)
        says = "When the last round was made."
        self._round = Gauge("natars_last_round_timestamp_seconds", says, ["worker", "round"], registry=here)

    def answered(self, method: str, route: str, status: int, seconds: float) -> None:
        """Counts a request; *status* 0 is one whose sender left."""
        self._requests.labels(self._me, method, route, str(status)).inc()
        self._seconds.labels(self._me, method, route).observe(seconds)

    def screened(self, waited: float) -> None:
        """Patients were screened who were due; one of them had waited so many seconds."""
        self._waited.labels(self._me).observe(waited)

    def round_made(self, name: str, at: datetime) -> None:
        """A round was made: work, or audit."""
        self._round.labels(self._me, name).set(at.timestamp())

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
