"""The reasons for a level that an earlier round gave: which of them later answers ended, and what is still open.

A child may stand at a level by an earlier round, since later answers leave the level possible. Some answers of that
round can have ended all the same: hurt by blows in 2568, asked again and no in 2569, while another question of the
same rule was left blank. Words that say "nothing ended this" beside such an answer would not be true.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import duckdb
import pandas as pd

from cpms_cli.scoring.explanations import Explainer
from cpms_cli.scoring.scores import EXPLAINED
from cpms_cli.survey.era import shown_year
from cpms_cli.survey.messages import say

_LATER = ("reasons", "open_reasons", "answers", "open_answers")


@dataclass(frozen=True)
class _Noted:
    """One answer noted behind a level: of the entry `6:carer=nobody&needs_unmet=yes` first `carer`, then `needs_unmet`.

    `label` is the number of an indicator or the id of an alternative of a level's rule.
    """

    entry: str
    label: str
    name: str
    value: str


def carried_reasons(connection: duckdb.DuckDBPyConnection, explainer: Explainer, stood: pd.DataFrame) -> pd.Series:
    """Return the reasons for each child's level in words, on the index of `stood`; needs `explained`.

    `stood`: person; since (the round that gave the level), given (the level in that round), its `reasons` and
    `answers`; level (the one that stands: a milder one where later answers rule out what was given), year (of the
    child's last round).
    """
    why = explainer.why(stood)
    carried = stood[(stood["since"] < stood["year"]) | (stood["given"] != stood["level"])]
    if carried.empty:
        return why
    later = _later_rounds(connection, explainer, carried)
    of_person = dict(list(later.groupby("person")))
    words = {}
    for place, row in carried.iterrows():
        rounds = of_person.get(row["person"], later.iloc[:0])
        words[place] = _carried(explainer, row, rounds[rounds["year"].between(row["since"] + 1, row["year"])])
    return why.where(~why.index.isin(list(words)), pd.Series(words, dtype="str").reindex(why.index))


def _later_rounds(connection: duckdb.DuckDBPyConnection, explainer: Explainer, carried: pd.DataFrame) -> pd.DataFrame:
    """Return what rounds after the one that gave the level say: person, year, the columns of `_LATER`, and every
    question that a reason may name; the newest round first."""
    survey = explainer.survey
    person, round_, key = survey.role("person").name, survey.role("round").name, survey.key("child")
    of_child = {field.name for field in survey.child.fields}
    names = sorted({entry.name for entries in carried["answers"] for entry in _noted(entries)} & set(survey.fields))
    cells = "".join(f", {'c' if name in of_child else 'h'}.{name}" for name in names)
    connection.register("carried_frame", carried[["person", "since"]].drop_duplicates())
    rows = connection.execute(
        f"""
        SELECT s.{person} AS person, s.{round_} AS year, {", ".join(f"s.{name}" for name in _LATER)}{cells}
        FROM {EXPLAINED} s
        JOIN carried_frame k ON k.person = s.{person} AND s.{round_} > k.since
        JOIN current_child c ON {" AND ".join(f"s.{name}::VARCHAR = c.{name}" for name in key)}
        LEFT JOIN current_household h ON {" AND ".join(f"h.{name} = c.{name}" for name in survey.key("household"))}
        ORDER BY year DESC
        """
    ).df()
    connection.unregister("carried_frame")
    return rows


def _noted(entries: Iterable[str]) -> Iterator[_Noted]:
    for entry in entries:
        label, _, items = entry.partition(":")
        for item in items.split("&"):
            name, _, value = item.partition("=")
            yield _Noted(entry, label, name, value)


def _entries_over(explainer: Explainer, entries: Iterable[str], rounds: pd.DataFrame) -> set[str]:
    """Return the entries that a later round contradicts: the newest round with an answer to the question decides."""
    missing = set(explainer.survey.missing_words)
    later = [({(entry.label, entry.name) for entry in _noted(row["answers"])}, row) for _, row in rounds.iterrows()]
    over = set[str]()
    for noted in _noted(entries):
        for still, row in later:
            if (noted.label, noted.name) in still:
                break
            answer = row.get(noted.name)
            if pd.notna(answer) and answer not in missing:
                over |= set() if str(answer) == noted.value else {noted.entry}
                break
    return over


def _carried(explainer: Explainer, row: pd.Series, rounds: pd.DataFrame) -> str:
    """Return the reasons for one child's level in words; `rounds` are those after the one that gave the level."""
    language = explainer.language
    reasons, answers = tuple(row["reasons"]), tuple(row["answers"])
    still, ended = explainer.parted(reasons, answers, _entries_over(explainer, answers, rounds))
    lowered, shown = row["given"] != row["level"], shown_year(int(row["since"]), language)
    if not ended and not lowered:
        return f"{say('carried_since', language, round=shown)} {still}"
    labels = {level.id: level.label.in_(language) for level in explainer.survey.levels}
    levels = {"given": labels[row["given"]], "level": labels[row["level"]]}
    parts = [say("carried_lowered" if lowered else "carried_from", language, round=shown, **levels)]
    if still:
        parts.append(say("carried_then" if lowered else "carried_still", language, reasons=still))
    if ended:
        parts.append(say("carried_ended", language, reasons=ended))
    if len(rounds):
        parts.append(explainer.open_words(*(tuple(rounds.iloc[0][name]) for name in ("open_reasons", "open_answers"))))
    return "; ".join(filter(None, parts))
