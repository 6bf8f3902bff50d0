"""Figures become Prometheus text, in registries of their own: two applications of one process do not mix."""

from __future__ import annotations

import os

from prometheus_client.parser import text_string_to_metric_families

from natars_fhir.service.upkeep.figures import Figure, away
from natars_fhir.web.metrics import Metrics


def samples(told: bytes) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    families = text_string_to_metric_families(told.decode())
    return {(one.name, tuple(sorted(one.labels.items()))): one.value for family in families for one in family.samples}


def test_one_family_a_name_with_its_labels() -> None:
    figures = [Figure("natars_x", "X.", n, {"site": site}, counts_up=True) for site, n in (("a", 1), ("b", 2))]
    told = Metrics().told([*figures, Figure("natars_y", "Y.", 0.5)])
    assert told.decode().count("# TYPE natars_x_total counter") == 1
    found = samples(told)
    assert found["natars_x_total", (("site", "b"),)] == 2
    assert found["natars_y", ()] == 0.5


def test_what_one_application_counts_no_other_does() -> None:
    one, other = Metrics(), Metrics()
    one.answered("POST", "/fhir/r4", 200, 0.02)
    labels = (("method", "POST"), ("route", "/fhir/r4"), ("status", "200"), ("worker", str(os.getpid())))
    assert samples(one.told(away()))["natars_requests_total", labels] == 1
    assert ("natars_requests_total", labels) not in samples(other.told([]))


def test_a_label_of_any_script_is_written_safely() -> None:
    told = Metrics().told([Figure("natars_x", "X.", 1, {"site": '乙"\n\\'})])
    assert samples(told)["natars_x", (("site", '乙"\n\\'),)] == 1
