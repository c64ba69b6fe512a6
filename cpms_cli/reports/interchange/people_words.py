"""Cells in the words that people read: labels instead of codes, years of their calendar, dates that are dates.

What a column holds is told from its name, where it is a question's, and else from its values: a column of nothing but
levels is one of levels.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Iterator, Mapping

import pandas as pd

from cpms_cli.linking.link_quality import GROUPINGS
from cpms_cli.scoring.judged_columns import measure_column, right_column
from cpms_cli.summaries.area.area_figures import GROWN, NOT_SEEN
from cpms_cli.summaries.fairness.later_rounds import ALL, NEW
from cpms_cli.summaries.migration.area_migration import HEIGHTS
from cpms_cli.summaries.response.response_counts import ROUND_STATES
from cpms_cli.survey.era import BUDDHIST_FROM, CHRISTIAN_FROM, shown_stored
from cpms_cli.survey.messages import say
from cpms_cli.survey.model.definition import Language, Survey
from cpms_cli.survey.speech.languages import traits_of

_ROUNDS = {"round", "since", "not_found", "no_consent", "answered_in", "from_round", "to_round", "standing_since"}
_LABELLED = ("level", "id", "item", "measure")  # columns of codes that a table says in words under "label"
_ONLY_LABELLED = ("origin", "group")  # such columns whose codes mean nothing without the words under "label"
_IDENTIFIES = {"reason": "rule", "why": "reason", "item": "number"}  # columns of codes that another column says
_CODE = r"[a-z]+(?:[_.][a-z0-9]+)+|i?\d+"
_COUNTED = {"child": "children", "household": "households"}  # what a measure counts
_ANSWERS = ("yes", "no", "unknown", "n/a", "not_asked")
_DAY, _PARTLY = r"\d{4}-\d{2}-\d{2}", r"\d{4}(?:-\d{2}(?:-\d{2})?)?"
_SHARES = re.compile(
    r"(?:^|_)(?:share|rate|coverage|change|gap|sensitivity|specificity)(?:_low|_high|_least|_most)?$"
    r"|^(?:low|high|lowest|highest)$|_of_(?:first|second)$"
)
_MANY, _WORDS = ";", "_label"

Vocabulary = Mapping[str, str]


def in_words(frame: pd.DataFrame, survey: Survey, language: Language) -> pd.DataFrame:
    """Return a table with its cells in words; of a column of codes and its words, only the words stay.

    A column of numbers, as the codes of areas are, stays beside its words: commands ask for it.
    """
    cells = _Cells(survey, language)
    shown = pd.DataFrame({name: cells.of_column(str(name), frame[name]) for name in frame}, index=frame.index)
    shown = shown.drop(
        columns=[code for code, words in _IDENTIFIES.items() if {code, words} <= set(shown) and _are_codes(frame[code])]
    )
    repeated = []
    for words, code in _words_beside(frame):
        if not _numbered(frame[code]):
            shown[code] = shown[words]
            repeated.append(words)
    if "label" in shown:
        same = [name for name in _LABELLED if name in shown and shown[name].equals(shown["label"])]
        repeated += ["label"] if "level" in same else same
    return shown.drop(columns=repeated)


def with_dates(frame: pd.DataFrame, language: Language) -> pd.DataFrame:
    """Return a table in which days are dates; one of which only a part is known is as people write it."""

    def dated(cells: pd.Series) -> pd.Series:
        known = cells.dropna()
        texts = known[known != ""] if pd.api.types.is_string_dtype(cells) else known.iloc[:0]
        if texts.empty or not texts.str.fullmatch(_PARTLY).all() or not texts.str.fullmatch(_DAY).any():
            return cells
        return cells.astype("object").map(lambda text: _day(text, language), na_action="ignore")

    return frame.apply(dated)


def share_columns(frame: pd.DataFrame) -> set[int]:
    """Return which columns, counted from 0, hold shares as fractions: their names tell, and no number is above one."""
    return {
        place
        for place, name in enumerate(map(str, frame.columns))
        if _SHARES.search(name) and _are_fractions(frame.iloc[:, place])
    }


def _are_fractions(cells: pd.Series) -> bool:
    """Return whether a column's figures are fractions; among them may stand words, where one is withheld."""
    is_mixed = pd.api.types.is_object_dtype(cells)
    figures = cells[cells.map(lambda cell: isinstance(cell, float))].astype("float64") if is_mixed else cells
    return pd.api.types.is_float_dtype(figures) and bool(figures.abs().max() <= 1)


def _day(text: str, language: Language) -> datetime.date | str:
    return datetime.date.fromisoformat(text) if re.fullmatch(_DAY, text) else shown_stored(text, language)


def _words_beside(frame: pd.DataFrame) -> Iterator[tuple[str, str]]:
    """Yield the columns that say another one in words, each with that other one."""
    names = list(map(str, frame.columns))
    codes = {f"{name}{_WORDS}": name for name in names}
    yield from ((name, codes[name]) for name in names if name in codes)
    if "label" in names:
        yield from (("label", name) for name in _ONLY_LABELLED if name in names)


def _are_codes(cells: pd.Series) -> bool:
    """Return whether a column holds nothing but names for the program, as `province_without_rows`."""
    return bool(cells.dropna().astype("str").str.fullmatch(_CODE).all())


def _numbered(codes: pd.Series) -> bool:
    """Return whether a column holds nothing but numbers."""
    known = codes.dropna().astype("str")
    return bool(known.str.fullmatch(r"\d+").all()) and not known.empty


class _Cells:
    """What cells mean in one definition and language."""

    def __init__(self, survey: Survey, language: Language) -> None:
        self.survey, self.language = survey, language
        levels = {level.id: level.label.in_(language) for level in survey.levels}
        levels |= {NOT_SEEN: say("report_not_seen", language), GROWN: say("move_reached_18", language)}
        self.vocabularies: tuple[Vocabulary, ...] = (
            levels,
            {answer: say(f"answer_{answer}", language) for answer in _ANSWERS},
            {part.id: part.help.in_(language) for part in survey.circumstances},
            {state: say(f"state_{state}", language) for state in ROUND_STATES},
            {indicator.column: str(indicator.number) for indicator in survey.indicators},
            {name: right.label.in_(language) for right in survey.rights for name in (right.id, right_column(right.id))},
            {
                name: measure.label.in_(language)
                for measure in survey.measures
                for name in (measure.id, measure_column(measure.id))
            },
            {severity: say(f"severity_{severity}", language) for severity in ("error", "warning")},
            {height: say(f"migration_{height}", language) for height in HEIGHTS},
            {grouping: say(f"by_{grouping}", language) for grouping in GROUPINGS},
            {entity: say(f"col_{plural}", language) for entity, plural in _COUNTED.items()},
            {part: say(f"foretold_{part}", language) for part in (ALL, NEW)},
        )
        self.yes_no = {True: say("answer_yes", language), False: say("answer_no", language)}
        self.fields = {field.name: field for field in (*survey.fields.values(), *survey.response.fields)}

    def of_column(self, name: str, cells: pd.Series) -> pd.Series:
        """Return the cells of one column in words; as they are where nothing says what they mean."""
        known = cells.dropna()
        if known.empty:
            return cells
        if pd.api.types.is_bool_dtype(cells) or bool in set(map(type, known)):
            # A mark stands among them where one is withheld.
            return cells.map(lambda cell: self.yes_no.get(cell, cell), na_action="ignore").astype("object")
        if name in _ROUNDS and (year := self.years(known)) is not None:
            return cells.map(year, na_action="ignore").astype("Int64")
        if not all(isinstance(value, str) for value in known):
            return cells
        vocabulary = self.vocabulary(name, known)
        if vocabulary is not None:
            return cells.map(lambda text: self.worded(text, vocabulary), na_action="ignore")
        return cells

    def years(self, known: pd.Series) -> Callable[[object], int] | None:
        """Return how a year is written in the language's calendar; None where these are no years."""
        numbers = pd.to_numeric(known, errors="coerce")
        if not numbers.between(CHRISTIAN_FROM, BUDDHIST_FROM - 1).all():
            return None
        ahead = traits_of(self.language).calendar.years_ahead
        return lambda year: int(str(year).split(".", 1)[0]) + ahead

    def vocabulary(self, name: str, known: pd.Series) -> Vocabulary | None:
        """Return the words for a column's codes: those of its question, or the first that has them all."""
        field = self.fields.get(name)
        if field is not None and (codes := self.survey.codes(field)) is not None:
            return {code.code: code.label.in_(self.language) for code in codes.codes}
        distinct = {part for text in known.unique() for part in text.split(_MANY)} - {""}
        return next((words for words in self.vocabularies if distinct and distinct <= words.keys()), None)

    def worded(self, text: str, words: Vocabulary) -> str:
        """Return a cell's codes in words."""
        return ", ".join(words.get(part, part) for part in text.split(_MANY))
