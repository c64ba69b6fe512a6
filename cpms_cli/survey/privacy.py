"""What `schemas/privacy.yaml` says: from how many children on a count is published, and what else is withheld."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

FILE = "privacy.yaml"


class PrivacyRules(BaseModel):
    """The whole file.

    `threshold`: counts of 1 to threshold - 1 are withheld; under 3 nobody who is alone in a count would be hidden from
    the second one. `zeros`, `differences`: see `disclosure/problem.py`. `k`: the least number of children that must
    share every combination of what identifies them, in rows that are given away without names.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    threshold: int = Field(ge=3, le=100)
    zeros: Literal["shown", "telling", "hidden"]
    differences: Literal["shown", "hidden"]
    k: int = Field(ge=2, le=100)
