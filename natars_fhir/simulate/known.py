"""What is known of a story on a day: what was told and not left out; and the dates that the protocol counts by."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any, NamedTuple

from natars_fhir.simulate.story import Event, Story, Tumour

YES, NO, UNKNOWN = "yes", "no", "unknown"


class Said(NamedTuple):
    """An answer, and why it is unknown or does not apply."""

    answer: str
    reason: str = ""


class Known:
    """A story that was cut at *as_of*, asked by the criteria."""

    def __init__(self, story: Story, as_of: date) -> None:
        self.story, self.as_of = story, as_of

    def told(self, item: str) -> bool:
        """Is this item told, where it happened?"""
        return item not in self.story.left_out

    def last(self, what: str) -> Event | None:
        """The latest event of a kind that was told."""
        return self.story.last(what) if self.told(what) else None

    def all(self, what: str) -> Iterator[Event]:
        """Every event of a kind that was told."""
        return self.story.all(what) if self.told(what) else iter(())

    @property
    def tumour(self) -> Tumour:
        """The tumour; only stories with one are asked for criteria."""
        assert self.story.tumour is not None  # noqa: S101
        return self.story.tumour

    @property
    def born(self) -> str | None:
        """The birth date as it is told."""
        person = self.story.person
        return {"day": person.born.isoformat(), "year": str(person.born.year), "none": None}[person.birth_told]

    @property
    def reference(self) -> date:
        """The day from which age is counted: that of the consent, else today."""
        said = self.last("consent")
        return said.day if said is not None and said.value["answer"] == "given" else self.as_of

    @property
    def allocated(self) -> bool:
        """Is the patient in the trial?"""
        return self.story.last("allocation") is not None

    @property
    def window_end(self) -> date:
        """Lookbacks end at the allocation, else today."""
        said = self.story.last("allocation")
        return said.day if said is not None else self.as_of

    @property
    def pathology(self) -> list[Event]:
        """The reports of the biopsy."""
        return list(self.all("pathology"))

    @property
    def diagnosed(self) -> bool:
        """Is a confirmed diagnosis on file?"""
        return self.told("diagnosis") and any(event.value["certain"] for event in self.story.all("diagnosis"))

    @property
    def suggested(self) -> bool:
        """Does anything suggest a sarcoma or a retroperitoneal tumour? A place in an organ alone does not."""
        if self.story.tumour is None or self.story.last("diagnosis") is None:
            return False
        read = bool(self.pathology) or (self.in_words("scan") and self.last("scan") is not None)
        typed = self.diagnosed and self.told("pathology")
        final = self.last("final")
        return (
            read
            or typed
            or (final is not None and final.value["viable"])
            or self.tumour.site not in ("gi-tract", "uterus")
        )

    def in_words(self, group: str) -> bool:
        """Is this kind of result told in words?"""
        return group in self.story.words

    def concluded(self, item: str) -> bool | None:
        """What the team concluded of *item*; None where nothing is told."""
        said = self.last("mdt")
        return None if said is None or not self.told(item) else said.value.get(item)

    def form(self, item: str, since: date | None = None) -> Any:
        """What the newest form that answers *item* says, not older than *since*; None where none does."""
        if not self.told(f"form:{item}"):
            return None
        forms = [event for event in self.all("form") if since is None or event.day >= since]
        said = [event.value[item] for event in forms if event.value.get(item) is not None]
        return said[-1] if said else None

    def conditions(self, what: str) -> list[Event]:
        """The diagnoses of a kind that are on file."""
        return [event for event in self.all("condition") if event.value["what"] == what]

    def operations(self, what: str) -> list[Event]:
        """The earlier operations of a kind that are on file."""
        return [event for event in self.story.all("operation") if event.value["what"] == what]
