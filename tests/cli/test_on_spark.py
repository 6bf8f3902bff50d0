"""What `screen --engine spark` refuses before anything is begun. What it answers: tests/bulk/test_spark.py."""

from __future__ import annotations

from pathlib import Path

import pytest

from natars_fhir.bulk.spark_session import SparkError, session
from natars_fhir.export.extra import ExtraError
from tests import ward
from tests.cli.conftest import run

CASE = str(ward.FIXTURES / "hospital-a" / "age-17-18-75-76")
