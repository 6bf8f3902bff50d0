"""What the demonstration shows: fixtures of two invented hospitals, in the order in which a day might bring them."""

from __future__ import annotations

SITES = ("hospital-a", "hospital-b")

#: (site, case); the first is pushed twice
CASES: tuple[tuple[str, str], ...] = (
    ("hospital-a", "ddlps-grade-2-mdm2-cdk4-positive-candidate"),
    ("hospital-a", "correction-of-mdm2-from-positive-to-negative-ineligible"),
    ("hospital-a", "fish-amplified-but-ihc-negative-unknown"),
    ("hospital-a", "size-9-9-cm-lms-ineligible"),
    ("hospital-a", "medication-comes-after-its-administration"),
    ("hospital-a", "an-unreadable-entry-costs-only-itself"),
    ("hospital-a", "final-pathology-wdlps-after-surgery-off-study"),
    ("hospital-a", "gallstones-are-out-of-scope"),
    ("hospital-b", "candidate-by-text-alone"),
    ("hospital-b", "cdk4-not-mentioned"),
    ("hospital-b", "stain-corrected-by-supplement"),
    ("hospital-b", "sft-score-from-words"),
    ("hospital-b", "local-code-unmapped"),
    ("hospital-b", "thirtieth-of-february"),
)

#: (site, patient) explained down to the words of the report
EXPLAINED = ("hospital-b", "Patient/b-311")
