"""What the papers of an area begin with: what to do, by when, by whom, in a few sentences and a table.

Every number is a count of a table that the same paper shows, so that nothing can be worked out from the sentences that
cannot be from the tables: what is withheld there is missing here.
"""

from __future__ import annotations

import datetime
from collections.abc import Hashable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import pandas as pd

from cpms_cli.reports.document import Bullets, Column, Heading, Part, TableBlock
from cpms_cli.reports.documents.document_cells import NOT_COMPUTED
from cpms_cli.summaries.response.cases import AGAIN, OVERDUE, UNKNOWN
from cpms_cli.survey.era import shown_date, shown_year
from cpms_cli.survey.messages import say
from cpms_cli.survey.model.definition import Language, Level, Survey
from cpms_cli.survey.speech.numbers import shown_count

_MOST_PLACES = 3


@dataclass(frozen=True)
class ToDo:
    """What there is to do in an area.

    `counts`: level, children, could_be (by the answers of `round`); NA is withheld. `parts`: name, and the columns
    that `severe` names, with their labels. `cases` is what became of the first responses, a row per level, as
    `ResponseSummary.totals`; with it, counts are of all `rounds` and of the day `as_of`; without, of `round` alone.
    """

    survey: Survey
    language: Language
    round: int
    rounds: tuple[int, ...]
    counts: pd.DataFrame
    parts: pd.DataFrame
    severe: dict[str, str]
    as_of: datetime.date
    cases: pd.DataFrame = field(default_factory=pd.DataFrame)

    def say(self, message: str, **values: object) -> str:
        """Return a sentence in the paper's language."""
        return say(f"todo_{message}", self.language, **values)

    def of_level(self, level: Level, column: str) -> int | None:
        """Return a count of a level; None where it is withheld."""
        count = self._counts[level.id][column]
        return None if pd.isna(count) else int(count)

    @cached_property
    def _counts(self) -> dict[str, dict[Hashable, Any]]:
        """The counts by level."""
        return {row["level"]: row for row in self.counts.to_dict("records")}

    def in_state(self, level: Level, state: str) -> int:
        """Return in how many cases of a level the first response is in a state; 0 where cases are not told."""
        return int(self.cases.loc[self.cases["level"] == level.id, state].sum()) if len(self.cases) else 0


def standing_today(counts: pd.DataFrame, standing: pd.DataFrame) -> pd.DataFrame:
    """Return counts of a round by level, with how many stand at each level today in the place of its own children."""
    return counts.drop(columns="children").merge(standing[["level", "children"]], on="level")


def to_do_parts(to_do: ToDo) -> Iterator[Part]:
    """Yield the heading, the sentences and the list of what to do."""
    yield Heading(to_do.say("heading"))
    yield Bullets(tuple(to_do_sentences(to_do)))
    block = _actions(to_do)
    if len(block.frame):
        yield block


def to_do_sentences(to_do: ToDo) -> Iterator[str]:
    """Yield how many children must be answered within hours, where most are, how many cannot be judged, and over
    which rounds that counts."""
    urgent = [_level_sentence(to_do, level) for level in to_do.survey.urgent_levels]
    sentences = list(filter(None, urgent))
    yield from sentences or [to_do.say("none")]
    if sentences and (places := _places(to_do)):
        yield places
    if judging := _judging(to_do):
        yield judging
    if len(to_do.cases):
        first, last = (shown_year(year, to_do.language) for year in (to_do.rounds[0], to_do.rounds[-1]))
        rounds = first if first == last else f"{first}–{last}"
        yield to_do.say("rounds", day=shown_date(to_do.as_of, to_do.language), rounds=rounds)
    else:
        yield to_do.say("round", round=shown_year(to_do.round, to_do.language))


def _level_sentence(to_do: ToDo, level: Level) -> str:
    """How many children are at a level, and how many of them wait too long; "" where none is."""
    label, count = level.label.in_(to_do.language), to_do.of_level(level, "children")
    if count is None:
        return to_do.say("withheld", level=label)
    if count == 0:
        return ""
    late, undated, again = (to_do.in_state(level, state) for state in (OVERDUE, UNKNOWN, AGAIN))
    shown = {"level": label, "count": shown_count(count, to_do.language)}
    due = level.due.in_(to_do.language)
    sentences = [
        to_do.say("level_late", late=shown_count(late, to_do.language), due=due, **shown)
        if late
        else to_do.say("level", due=due, **shown),
        to_do.say("undated", count=shown_count(undated, to_do.language)) if undated else "",
        to_do.say("again", count=shown_count(again, to_do.language)) if again else "",
    ]
    return " ".join(filter(None, sentences))


def _places(to_do: ToDo) -> str:
    """The few parts of the area in which most of these children are, with the counts of the table of parts.

    As many as hold half of those that are told, at most three; "" where there is nothing to choose from.
    """
    if len(to_do.parts) < 2:
        return ""
    columns = list(to_do.severe)
    sums = to_do.parts[columns].astype("Int64").sum(axis=1, skipna=False)
    known = sums.dropna().sort_values(ascending=False, kind="stable")
    known = known[known > 0]
    needed = int((known.cumsum().shift(fill_value=0) * 2 < known.sum()).sum())
    names = [_place(to_do, to_do.parts.loc[row]) for row in known.index[: min(needed, _MOST_PLACES)]]
    message = "places_shown" if sums.isna().any() else "places"
    return to_do.say(message, places="; ".join(names)) if names else ""


def _place(to_do: ToDo, part: pd.Series) -> str:
    severe = {label: int(part[column]) for column, label in to_do.severe.items()}
    counts = _joined(to_do, severe)
    return to_do.say("place", area=part["name"], counts=counts)


def _joined(to_do: ToDo, counts: dict[str, int]) -> str:
    """Those of the counts that are not 0, after their labels."""
    language = to_do.language
    return say("report_and", language).join(
        say("report_level_told", language, level=label, count=shown_count(count, language))
        for label, count in counts.items()
        if count
    )


def _judging(to_do: ToDo) -> str:
    """How many children have too few answers, and how many more could be at an urgent level."""
    waiting = to_do.of_level(to_do.survey.level("open"), "children")
    more = {level: to_do.of_level(level, "could_be") for level in to_do.survey.urgent_levels}
    could = _joined(to_do, {level.label.in_(to_do.language): count or 0 for level, count in more.items()})
    year = shown_year(to_do.round, to_do.language)
    sentences = [
        to_do.say("open", count=shown_count(waiting, to_do.language)) if waiting else "",
        to_do.say("could", round=year, counts=could) if could else "",
    ]
    return " ".join(filter(None, sentences))


def _actions(to_do: ToDo) -> TableBlock:
    """A row for each level of which there are children, or may be: what to do, for how many, by when, by whom."""
    language = to_do.language
    asked = [level for level in to_do.survey.levels if level.role != "clear" and to_do.of_level(level, "children") != 0]
    urgent = {level.id for level in to_do.survey.urgent_levels}
    frame = pd.DataFrame(
        {
            "label": [level.label.in_(language) for level in asked],
            "what": [level.response.in_(language) for level in asked],
            "children": pd.array([to_do.of_level(level, "children") for level in asked], dtype="Int64"),
            "late": [
                shown_count(to_do.in_state(level, OVERDUE), language) if level.id in urgent else NOT_COMPUTED
                for level in asked
            ],
            "could_be": pd.array([to_do.of_level(level, "could_be") for level in asked], dtype="Int64"),
            "due": [level.due.in_(language) for level in asked],
            "who": [level.who.in_(language) if level.who else NOT_COMPUTED for level in asked],
        }
    )
    columns = [
        Column("label", say("col_level", language)),
        Column("what", to_do.say("what")),
        Column("children", to_do.say("children"), "count"),
        Column("late", to_do.say("late")) if len(to_do.cases) else Column("could_be", to_do.say("could_be"), "count"),
        Column("due", to_do.say("when")),
    ]
    if any(level.who for level in asked):
        columns.append(Column("who", to_do.say("who")))
    # Nothing rides along that is not printed.
    printed = frame[[column.name for column in columns]]
    return TableBlock(to_do.say("caption"), printed, tuple(columns), say("report_counts_only", language))
