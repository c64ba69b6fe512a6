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
    from cpms_cli.workspace import Workspace

_MOVEMENT = "movement"
_LISTS: Mapping[type, tuple[str, ...]] = {
    AreaSummary: ("response", "standing", "standing_parts"),
    IndicatorSummary: ("children",),
    RightsSummary: ("lacking",),
}


def list_unknown_tables(summary: object, workspace: Workspace) -> tuple[str, ...]:
    """Return the names of a summary's tables that a workspace cannot tell: of single children, of how they stand today,
    and of who came and who left."""
    lists = () if workspace.lists_children else _LISTS.get(type(summary), ())
    is_of_moves = isinstance(summary, (MigrationSummary, MigrationChange))
    return (*lists, _MOVEMENT) if is_of_moves and not workspace.knows_moves else lists


def count_text(count: int | None, language: Language) -> str | int:
    """A count, or that it is not published."""
    return say("not_published", language) if count is None else count


def mark_withheld_counts(frame: pd.DataFrame, language: Language) -> pd.DataFrame:
    """A table with words where a count is withheld; others are as they were."""
    return _marked(frame, {"Int64": say("not_published", language)})


def with_withheld(frame: pd.DataFrame, language: Language) -> pd.DataFrame:
    """The same, and a dash where a share made of such a count is withheld, or whether much of it is unknown.

    >>> with_withheld(pd.DataFrame({"yes": pd.array([7, None], dtype="Int64")}), "en")["yes"].tolist()
    ['7', 'n.p.']
    """
    return _marked(frame, _marks(language))


def marked_for_people(frame: pd.DataFrame, language: Language) -> pd.DataFrame:
    """The same for a workbook, in which figures stay figures."""
    return _marked(frame, _marks(language), as_text=False)


def _marks(language: Language) -> dict[str, str]:
    dashes = dict.fromkeys(("Float64", "boolean"), NOT_COMPUTED)
    return {"Int64": say("not_published", language), **dashes}


def _marked(frame: pd.DataFrame, marks: Mapping[str, str], *, as_text: bool = True) -> pd.DataFrame:
    """The frame with marks for what is missing in columns of some kinds; a round is no count, and never withheld."""
    shown = frame.copy()
    for name, kind in frame.dtypes.astype("str").items():
        if kind in marks and frame[name].isna().any() and name != "round":
            cells = frame[name].astype("str" if kind == "Int64" and as_text else "object")
            shown[name] = cells.where(frame[name].notna(), marks[kind])
    return shown


@dataclass(frozen=True)
class Handing:
    """What stands below a summary, and how its tables are written; without `handed`, it is for the office, which the
    message `office` says. `left_out`: the tables that it has not, being of a data set; `knows_moves`:
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
        lists = [say("dataset_lists", self.language)] if {*self.left_out} - {_MOVEMENT} else []
        moves = [] if self.knows_moves else [say("dataset_no_moves", self.language)]
        return (*lists, *moves, say(self.office, self.language))

    def about(self) -> dict[str, Any]:
        """What a JSON document says of it; nothing where it is for the office."""
        if self.handed is not None:
            return self.handed.about()
        return {"left_out": list(self.left_out), "notes": list(self.notes)} if self.left_out else {}

    def kept(self, tables: Mapping[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
        """The tables without the lists of children, where these are left out."""
        left_out = self.handed.lists if self.handed else self.left_out
        return {name: frame for name, frame in tables.items() if name not in left_out}

    def cells(self, frame: pd.DataFrame) -> pd.DataFrame:
        """A table as it is written for people to read."""
        return with_withheld(frame, self.language) if self.handed else frame

    def tables(self, tables: Mapping[str, pd.DataFrame], path: Path) -> dict[str, pd.DataFrame]:
        """The tables as they are written to a file of this ending: the last sheet of a workbook has the notes."""
        tables, ending = self.kept(tables), path.suffix.lower()
        if ending == ".xlsx":
            marked = {
                name: marked_for_people(frame, self.language) if self.handed else frame
                for name, frame in tables.items()
            }
            return {**marked, "notes": pd.DataFrame({"note": list(self.notes)})}
        return {name: self.cells(frame) if ending == ".csv" else frame for name, frame in tables.items()}

    def show(self, console: Console) -> None:
        """Print the notes."""
        for note in self.notes:
            console.print(note)


def for_the_office(workspace: Workspace, summary: object, office: str = "office_only") -> Handing:
    """Return what is said below a summary that is for the office; the message `office` says that it is."""
    tells_moves = isinstance(summary, (*_LISTS, MigrationSummary, MigrationChange))
    knows_moves = workspace.knows_moves or not tells_moves
    return Handing(None, workspace.language, office, list_unknown_tables(summary, workspace), knows_moves)
