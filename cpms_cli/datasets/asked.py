"""What is asked of a data set, and of which."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Asked:
    """What is asked of a data set: an area (None: all of it) and a round (None: the area's last).

    `before`: the round before is counted too, `all_rounds`: every round; `everywhere`: children outside the area's
    province too. `by`: the names of the groups by which figures are broken down. `wider`: the area with which this one
    is compared, if it is.
    """

    area: str | None = None
    round: int | None = None
    by: tuple[str, ...] = ()
    before: bool = True
    all_rounds: bool = False
    everywhere: bool = False
    wider: str | None = None


@dataclass(frozen=True)
class DatasetSource:
    """A data set's folder, the folder of its scores if there is one, and how much memory may be taken."""

    folder: Path
    scores: Path | None
    memory: str
    tool_version: str = ""
