"""Everything known about one child over the years, and why the level is what it is."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import duckdb
import pandas as pd

from cpms_cli.scoring.compiler.score_columns import HELP, NEEDS_HELP
from cpms_cli.scoring.explanations import NOT_ASKED, Explainer
from cpms_cli.scoring.scores import EXPLAINED, create_explained
from cpms_cli.store.identifier_search import current_identifier
from cpms_cli.summaries.child.child_disputes import child_disputes
from cpms_cli.summaries.child.children import MASK
from cpms_cli.summaries.child.standing_history import child_visits
from cpms_cli.survey.language import FALLBACK
from cpms_cli.survey.model.definition import Language, Survey, Table
from cpms_cli.survey.rules.rule_language import rule_sql
from cpms_cli.survey.rules.typed_answers import quoted, typed_record, vocabulary
from cpms_cli.workspace import Workspace


@dataclass(frozen=True)
class ChildHistory:
    """One child. Tables have one column per round, named by its year, and a row per question or indicator.

    `levels`: a row per round: round, level, highest, why, open, needs_help (ids of circumstances) and that in words as
    needs_help_label, response, due, and where the child stands: standing,
    standing_since, closed_on, closed_by, closed_for, standing_why (see `summaries.child.standing_history`).
    `responses`: what was done for the child, by date. `disputes`: what the family says is wrong, as
    `summaries.child.child_disputes` says.
    `indicators`: number, name, an answer per round, and `because`, the answers behind the latest one.
    `answers`: field, label, an answer per round in words.
    """

    cpms_id: str
    rounds: tuple[int, ...]
    levels: pd.DataFrame
    indicators: pd.DataFrame
    answers: pd.DataFrame
    responses: pd.DataFrame
    disputes: pd.DataFrame

    @property
    def tables(self) -> dict[str, pd.DataFrame]:
        """The tables by name, in the order in which they are read."""
        return {
            "levels": self.levels,
            "responses": self.responses,
            **({"disputes": self.disputes} if len(self.disputes) else {}),
            "indicators": self.indicators,
            "answers": self.answers,
        }


def _observed(connection: duckdb.DuckDBPyConnection, survey: Survey, person: str, table: Table) -> pd.DataFrame:
    """Canonical answers of the child's rows, or of the households they were in, indexed by round."""
    round_ = survey.role("round").name
    if table == "child":
        query = f"SELECT * FROM current_child WHERE {survey.role('person').name} = ?"
    else:
        home = ", ".join(survey.key("household"))
        query = f"""
            SELECT h.*
            FROM current_household h
            JOIN current_child c USING ({home})
            WHERE c.{survey.role("person").name} = ?"""
    links = connection.execute(query, [person]).df()
    return links.assign(**{round_: links[round_].astype(int)}).set_index(round_).sort_index()


def _not_asked(connection: duckdb.DuckDBPyConnection, survey: Survey, person: str) -> pd.DataFrame:
    """Which questions were not put to the child in a round, its age being outside theirs: True by round and field."""
    words, round_ = vocabulary(survey), survey.role("round").name
    asked = [f"NOT {rule_sql(f'asked({field.name})', words)} AS {field.name}" for field in survey.asked_fields()]
    rows = f"(SELECT * FROM current_child WHERE {survey.role('person').name} = {quoted(person)})"
    record = typed_record(survey, rows, "current_household")
    records = connection.execute(f"SELECT {', '.join([round_, *asked])} FROM ({record})").df()
    return records.set_index(round_).fillna(False)


def _words(
    survey: Survey, explainer: Explainer, seen: dict[Table, pd.DataFrame], not_asked: pd.DataFrame, identified: bool
) -> pd.DataFrame:
    rows = []
    rounds = list(seen["child"].index)
    for name, field in survey.fields.items():
        frame = next((value for value in (seen["child"], seen["household"]) if name in value), None)
        if frame is None:
            continue
        cells = frame[name].reindex(rounds)
        if name in not_asked:
            cells = cells.mask(cells.isna() & not_asked[name].reindex(rounds).astype(bool), NOT_ASKED)
        shown_answers = {
            str(year): MASK
            if field.personal and not identified and pd.notna(value) and value != NOT_ASKED
            else explainer.answer(field, None if pd.isna(value) else str(value))
            for year, value in cells.items()
        }
        rows.append({"field": name, "label": field.label.in_(explainer.language), **shown_answers})
    return pd.DataFrame(rows)


def _because(survey: Survey, explainer: Explainer, answers: pd.DataFrame, latest: str) -> list[str]:
    latest_answers = dict(zip(answers["field"], answers["label"] + ": " + answers[latest].astype("str"), strict=True))
    return [
        "; ".join(str(latest_answers[name]) for name in explainer.fields_of(indicator) if name in latest_answers)
        for indicator in survey.indicators
    ]


def child_history(
    store: str | Path,
    identifier: str,
    *,
    language: Language = FALLBACK,
    identified: bool = False,
    schemas: Path | None = None,
) -> ChildHistory:
    """What the store knows of one child. Names and numbers are masked unless `identified`, which is logged.

    Raises UsageError where no child has this identifier; StoreError, UnreadableFile.
    """
    with Workspace.from_paths(store, schemas, language=language, identified=identified) as workspace:
        return compute_child_history(workspace, identifier)


def compute_child_history(workspace: Workspace, identifier: str) -> ChildHistory:
    """As `child_history`, in a workspace."""
    survey, language = workspace.survey, workspace.language
    explainer = Explainer(survey, language)
    connection = workspace.connection
    person = current_identifier(connection, survey, identifier)
    workspace.scored()
    round_ = survey.role("round").name
    create_explained(connection, survey, f"{survey.role('person').name} = {quoted(person)}")
    scored = connection.execute(f"SELECT * FROM {EXPLAINED} ORDER BY {round_}").df()
    seen: dict[Table, pd.DataFrame] = {
        "child": _observed(connection, survey, person, "child"),
        "household": _observed(connection, survey, person, "household"),
    }
    workspace.note_identified("child", 1)
    not_asked = _not_asked(connection, survey, person)
    stood, responses = child_visits(connection, survey, person, language)
    rounds = tuple(int(year) for year in scored[round_])
    answers = _words(survey, explainer, seen, not_asked, workspace.identified)
    by_id = {level.id: level for level in survey.levels}
    levels = pd.DataFrame(
        {
            "round": list(rounds),
            "level": scored["level"],
            "highest": scored["highest"],
            "why": explainer.why(scored),
            "open": explainer.open(scored),
            NEEDS_HELP: scored[NEEDS_HELP],
            HELP: explainer.help(scored[NEEDS_HELP]),
            "response": [by_id[level].response.in_(language) for level in scored["level"]],
            "due": [by_id[level].due.in_(language) for level in scored["level"]],
            **stood,
        }
    )
    indicators = pd.DataFrame(
        {
            "number": [indicator.number for indicator in survey.indicators],
            "name": [indicator.name.in_(language) for indicator in survey.indicators],
            **{
                str(year): [scored.at[number, indicator.column] for indicator in survey.indicators]
                for number, year in enumerate(rounds)
            },
            "because": _because(survey, explainer, answers, str(rounds[-1])),
        }
    )
    disputes = child_disputes(connection, explainer, person, identified=workspace.identified)
    return ChildHistory(person, rounds, levels, indicators, answers, responses, disputes)
