"""What an export tells beside what it gives: who was left out and why, what did not go out, each counted. No value."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from natars_fhir.domain.issue import Issue


@dataclass(slots=True)
class Told:
    """What was heard so far: (site, arm) → how many subjects are left out, and issues with how often each came."""

    left: Counter[tuple[str, str]] = field(default_factory=Counter)
    said: Counter[Issue] = field(default_factory=Counter)

    def withheld(self, site: str, arm: str) -> None:
        """One subject is left out."""
        self.left[site, arm] += 1

    def told(self, issue: Issue) -> None:
        """Something is told."""
        self.said[issue] += 1

    def left_of(self, site: str) -> int:
        """How many subjects of a site are left out."""
        return sum(count for (where, _), count in self.left.items() if where == site)

    def issues(self) -> Iterator[Issue]:
        """All of it, in one order."""
        for (site, arm), count in sorted(self.left.items()):
            text = f"Left out, for the use of the data was withdrawn: {count} at {site}, arm: {arm or 'none'}."
            yield Issue("information", "suppressed", "Patient", text)
        for issue, count in sorted(
            self.said.items(), key=lambda pair: (pair[0].code, pair[0].expression, pair[0].text)
        ):
            text = issue.text if count == 1 else f"{issue.text} ({count} times)"
            yield Issue(issue.severity, issue.code, issue.expression, text)
