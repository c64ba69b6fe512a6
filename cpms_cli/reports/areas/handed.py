"""What is said with a summary: for whom it is, and in place of every count that is withheld, that it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
from rich.console import Console

from cpms_cli.reports.documents.document_cells import NOT_COMPUTED
from cpms_cli.summaries.area.areas import AreaSummary
from cpms_cli.summaries.area.indicator import IndicatorSummary
from cpms_cli.summaries.area.rights import RightsSummary
from cpms_cli.summaries.migration.area_migration import MigrationChange, MigrationSummary
from cpms_cli.survey.messages import say
from cpms_cli.survey.model.definition import Language

if TYPE_CHECKING:
    from cpms_cli.disclosure.release.audience import Handed

_MOVEMENT = "movement"
_LISTS: Mapping[type, tuple[str, ...]] = {
    AreaSummary: ("response", "standing", "standing_parts"),
    IndicatorSummary: ("children",),
    RightsSummary: ("lacking",),
}


def lists_of(summary: object) -> tuple[str, ...]:
    """Return the names of a summary's tables of single children, and of how they stand today."""
    return _LISTS.get(type(summary), ())


def tells_moves(summary: object) -> bool:
    """Return whether a summary says who came or who left."""
    return isinstance(summary, (*_LISTS, MigrationSummary, MigrationChange))


def count_text(count: int | None, language: Language) -> str | int:
    """A count, or that it is not published."""
    return say("not_published", language) if count is None else count


def counts_told(frame: pd.DataFrame, language: Language) -> pd.DataFrame:
    """A table with words where a count is withheld; others are as they were."""
    return _marked(frame, {"Int64": say("not_published", language)})


def with_withheld(frame: pd.DataFrame, language: Language) -> pd.DataFrame:
    """The same, and a dash where a share made of such a count is withheld.

    >>> told(pd.DataFrame({"yes": pd.array([7, None], dtype="Int64")}), "en")["yes"].tolist()
    ['7', 'n.p.']
    """
    return _marked(frame, {"Int64": say("not_published", language), "Float64": NOT_COMPUTED})


def _marked(frame: pd.DataFrame, marks: Mapping[str, str]) -> pd.DataFrame:
    shown = frame.copy()
    for name, kind in frame.dtypes.astype("str").items():
        if kind in marks and frame[name].isna().any():
            cells = frame[name].astype("str") if kind == "Int64" else frame[name].astype("object")
            shown[name] = cells.where(frame[name].notna(), marks[kind])
    return shown


@dataclass(frozen=True)
class Handing:
    """What stands below a summary, and how its tables are written; without `handed`, it is for the office, which the
    message `office` says. `left_out`: the tables of children that it has not, being of a data set; `knows_moves`:
    whether that tells who came and who left."""

    handed: Handed[Any] | None
    language: Language
    office: str = "office_only"
    left_out: tuple[str, ...] = ()
    knows_moves: bool = True

    @property
    def listing(self) -> bool:
        """Whether children may be listed."""
        return self.handed is None and not self.left_out

    @property
    def notes(self) -> tuple[str, ...]:
        """Sentences: what is withheld and why; of what is for the office, that it is."""
        if self.handed is not None:
            return self.handed.notes
        lists = [say("dataset_lists", self.language)] if self.left_out else []
        moves = [] if self.knows_moves else [say("dataset_no_moves", self.language)]
        return (*lists, *moves, say(self.office, self.language))

    def about(self) -> dict[str, Any]:
        """What a JSON document says of it; nothing where it is for the office."""
        if self.handed is not None:
            return self.handed.about()
        return {"left_out": list(self._not_told), "notes": list(self.notes)} if self._not_told else {}

    @property
    def _not_told(self) -> tuple[str, ...]:
        """The tables that a data set has not."""
        return self.left_out if self.knows_moves else (*self.left_out, _MOVEMENT)

    def kept(self, tables: Mapping[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
        """The tables without the lists of children, where these are left out."""
        left_out = self.handed.lists if self.handed else self._not_told
        return {name: frame for name, frame in tables.items() if name not in left_out}

    def cells(self, frame: pd.DataFrame) -> pd.DataFrame:
        """A table as it is written for people to read."""
        return with_withheld(frame, self.language) if self.handed else frame

    def tables(self, tables: Mapping[str, pd.DataFrame], path: Path) -> dict[str, pd.DataFrame]:
        """The tables as they are written to a file of this ending: the last sheet of a workbook has the notes."""
        tables, ending = self.kept(tables), path.suffix.lower()
        if ending == ".xlsx":
            marked = {name: self.cells(frame) for name, frame in tables.items()}
            return {**marked, "notes": pd.DataFrame({"note": list(self.notes)})}
        return {name: self.cells(frame) if ending == ".csv" else frame for name, frame in tables.items()}

    def show(self, console: Console) -> None:
        """Print the notes."""
        for note in self.notes:
            console.print(note)
