"""Shape: a table of a file in `mappings/`. https://docs.pydantic.dev"""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Shape(BaseModel):
    """A table of a mapping file."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)
