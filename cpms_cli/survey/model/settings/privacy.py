"""What `schemas/privacy.yaml` says: from how many children on a count is published, and what else is withheld."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field

FILE = "privacy.yaml"
Counted = Literal["total", "level", "yes", "no", "unknown", "not_applicable", "other"]
"""What a count is of: all children or homes of an area; those at a level; those with an answer; anything else."""
COUNTED: tuple[Counted, ...] = get_args(Counted)


class PrivacyRules(BaseModel):
    """The whole file.

    `threshold`: counts of 1 to threshold - 1 are withheld; under 3 nobody who is alone in a count would be hidden from
    the second one. `zeros`, `differences`: see `disclosure/problem.py`. `k`: the least number of children that must
    share every combination of what identifies them, in rows that are given away without names. `weights`: how much a
    count of each kind (`Counted`), or of a level, says to readers; what is not named has 1. `digits`: of a share or
    change, after the point.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    threshold: int = Field(ge=3, le=100)
    zeros: Literal["shown", "telling", "hidden"]
    differences: Literal["shown", "hidden"]
    k: int = Field(ge=2, le=100)
    weights: Mapping[str, Annotated[float, Field(gt=0, le=1000)]] = Field(default_factory=dict)
    digits: int = Field(default=3, ge=2, le=6)
