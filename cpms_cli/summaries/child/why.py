"""Why a child's level is what it is: every indicator, every rule, and what one more answer would change."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pandas as pd

from cpms_cli.errors import UsageError
from cpms_cli.scoring.compiler.deciding import AGE
from cpms_cli.scoring.explanations import Explainer
from cpms_cli.scoring.rule_states import rule_states
from cpms_cli.scoring.rule_words import rule_words
from cpms_cli.scoring.scores import EXPLAINED, SCORE, create_explained
from cpms_cli.scoring.trials.what_if import TO_ASK, WHAT_IF, create_what_if
from cpms_cli.store.identifier_search import current_identifier
from cpms_cli.summaries.child.answer_outcomes import outcome_words, question_label, was_words
from cpms_cli.summaries.child.standing_history import child_visits
from cpms_cli.survey.era import shown_year
from cpms_cli.survey.language import FALLBACK
from cpms_cli.survey.messages import say
from cpms_cli.survey.model.definition import Language, Survey
from cpms_cli.survey.rules.typed_answers import quoted
from cpms_cli.survey.rules.vocabulary import COUNTS
from cpms_cli.workspace import Workspace


@dataclass(frozen=True)
class Why:
    """Three tables about one child or many, each beginning with the child's CPMS ID and the round.

    `rules`: level, part (the alternative's id), rule (in words), holds (yes, no, unknown), answers, not_known.
    `indicators`: number, name, answer, answers, not_known.
    `what_if`: a row per question that is open and may decide: about_line (the line of the child asked about; none for
    the household), field, question, was, worth_asking, effect (in words), outcomes (level and highest by answer).
    """

    rules: pd.DataFrame
    indicators: pd.DataFrame
    what_if: pd.DataFrame

    @property
    def tables(self) -> dict[str, pd.DataFrame]:
        """The tables by name, in the order in which they are read."""
        return {"rules": self.rules, "indicators": self.indicators, "what_if": self.what_if}

    @property
    def sheets(self) -> dict[str, pd.DataFrame]:
        """The tables without what no cell of a sheet can hold."""
        return {**self.tables, "what_if": self.what_if.drop(columns="outcomes")}


@dataclass(frozen=True)
class ChildWhy:
    """Why one child's level is what it is in one round; `line` is its own in the household, `ages` the lowest and the
    highest possible, `standing` the level that stands since then, and `standing_why`, in words, where it is another or
    a case was closed."""

    cpms_id: str
    round: int
    line: str
    level: str
    highest: str
    ages: tuple[int | None, int | None]
    standing: str
    standing_why: str
    why: Why


def _words_of(explainer: Explainer, item: str) -> tuple[str, bool]:
    """What one `name=answer` says in words, and whether it is known."""
    name, _, value = item.partition("=")
    field = explainer.survey.fields.get(name)
    if field is not None:
        label = field.label.in_(explainer.language)
        return (f"{label}: {explainer.answer(field, value)}", True) if value else (label, False)
    if name in COUNTS:
        low, _, high = value.partition("-")
        text = f"{say(f'rule_{name}', explainer.language)}: {low if low == high else f'{low}–{high}'}"
        return text, low == high
    label = explainer.named(name)
    if value == "unknown":
        return label, False
    return f"{label}: {say(f'answer_{value}', explainer.language)}", value != "not_asked"


def _with_answers(explainer: Explainer, frame: pd.DataFrame) -> pd.DataFrame:
    """Columns `answers` and `not_known` in words in place of `seen`."""
    keys = frame["seen"].map(lambda seen: tuple(dict.fromkeys(seen)))
    words = {key: [_words_of(explainer, item) for item in key] for key in keys.unique()}
    answers = {key: "; ".join(text for text, known in items if known) for key, items in words.items()}
    lacking = {key: "; ".join(text for text, known in items if not known) for key, items in words.items()}
    return frame.drop(columns="seen").assign(
        answers=keys.map(answers).astype("str"), not_known=keys.map(lacking).astype("str")
    )


def _rules(explainer: Explainer, states: pd.DataFrame) -> pd.DataFrame:
    levels = explainer.survey.rule_levels
    words = {
        f"{level.id}.{number}": rule_word
        for level in levels
        for number, rule_word in enumerate(rule_words(explainer, level.when or "FALSE"), start=1)
    }
    holding = states[states["part"].isin(words)]
    holding = holding.assign(
        level=holding["part"].str.rpartition(".")[0], rule=holding["part"].map(words).astype("str")
    )
    order = ["cpms_id", "round", "level", "part", "rule", "holds", "answers", "not_known"]
    return _with_answers(explainer, holding)[order].reset_index(drop=True)


def _indicators(survey: Survey, explainer: Explainer, states: pd.DataFrame, scored: pd.DataFrame) -> pd.DataFrame:
    columns = {indicator.column: indicator for indicator in survey.indicators}
    effects_of_rules = states.assign(column=states["part"].str.rpartition(".")[0])
    effects_of_rules = effects_of_rules[effects_of_rules["column"].isin(columns)]
    seen = (
        effects_of_rules.groupby(["cpms_id", "round", "column"], sort=False)["seen"]
        .agg(lambda lists: [item for list in lists for item in list])
        .reset_index()
    )
    answers = scored.melt(["cpms_id", "round"], list(columns), "column", "answer")
    asked_answers = _with_answers(explainer, answers.merge(seen, on=["cpms_id", "round", "column"]))
    asked_answers = asked_answers.assign(
        number=asked_answers["column"].map({name: column.number for name, column in columns.items()}),
        name=asked_answers["column"]
        .map({name: column.name.in_(explainer.language) for name, column in columns.items()})
        .astype("str"),
    )
    order = ["cpms_id", "round", "number", "name", "answer", "answers", "not_known"]
    return asked_answers.sort_values(["round", "cpms_id", "number"], kind="stable")[order].reset_index(drop=True)


def open_questions(connection: duckdb.DuckDBPyConnection, explainer: Explainer) -> pd.DataFrame:
    """`what_if` as one row per child and open question, with words. `create_what_if` must have run.

    Columns: those of `Why.what_if`, and the child's key.
    """
    survey = explainer.survey
    key, home, person = survey.key("child"), survey.key("household"), survey.role("person").name
    keys = ", ".join(f"w.{name}" for name in (*key, person))
    same = " AND ".join(f"w.{name} = t.{name}" for name in key)
    at_home = " AND ".join(f"w.{name}::VARCHAR = s.{name}::VARCHAR" for name in home)
    notes = connection.execute(f"""
        WITH outcome AS (
            SELECT
                * EXCLUDE (code, upto, place, changed, _scenario),
                min(place) AS first,
                list(code || coalesce('~' || upto, '') ORDER BY place) AS codes
            FROM {WHAT_IF}
            GROUP BY ALL
        ),
        told AS (
            SELECT
                * EXCLUDE (level, highest, first, codes),
                list({{'level': level, 'highest': highest, 'codes': codes}} ORDER BY first) AS outcomes
            FROM outcome
            GROUP BY ALL
        )
        SELECT
            {keys},
            w.about AS about_line,
            w.field,
            s.named,
            s.was,
            w.level_now,
            w.highest_now,
            t.field IS NOT NULL AS worth_asking,
            w.outcomes,
            to_json(w.outcomes)::VARCHAR AS signature
        FROM told w
        LEFT JOIN {TO_ASK} t ON {same} AND t.field = w.field AND t.about IS NOT DISTINCT FROM w.about
        LEFT JOIN was s ON {at_home} AND s.field = w.field AND s.about IS NOT DISTINCT FROM w.about
        ORDER BY {", ".join(f"w.{name}" for name in key)}, worth_asking DESC, w.about NULLS FIRST, w.field""").df()
    notes["question"] = question_label(explainer, notes["named"])
    notes["was"] = was_words(explainer, notes["named"], notes["was"])
    notes["effect"] = outcome_words(explainer, notes)
    asked_as = notes["field"].mask(notes["field"] == AGE, notes["named"])
    return notes.assign(field=asked_as).drop(columns=["named", "signature"])


def explain(connection: duckdb.DuckDBPyConnection, explainer: Explainer, condition: str = "TRUE") -> Why:
    """Why the children of `score` that meet `where` are at their levels; `score` must exist."""
    survey = explainer.survey
    key, person, round_ = survey.key("child"), survey.role("person").name, survey.role("round").name
    create_what_if(connection, survey, condition)
    names = {person: "cpms_id", round_: "round"}
    create_explained(connection, survey, condition)
    scored = connection.execute(f"SELECT * FROM {EXPLAINED} ORDER BY {', '.join(key)}").df()
    states = rule_states(connection, survey, condition).merge(scored[[*key, person]], on=list(key))
    states, scored = states.rename(columns=names), scored.rename(columns=names)
    asked = open_questions(connection, explainer).rename(columns=names)
    order = ["cpms_id", "round", "about_line", "field", "question", "was", "worth_asking", "effect", "outcomes"]
    return Why(_rules(explainer, states), _indicators(survey, explainer, states, scored), asked[order])


def why_child(
    store: str | Path,
    identifier: str,
    *,
    round_: int | None = None,
    language: Language = FALLBACK,
    schemas: Path | None = None,
) -> ChildWhy:
    """Why one child is at its level in a round, by default its last.

    Raises UsageError where no child has this identifier or it was not seen in that round; StoreError, UnreadableFile.
    """
    with Workspace.from_paths(store, schemas, language=language) as workspace:
        return explain_child(workspace, identifier, round_=round_)


def explain_child(workspace: Workspace, identifier: str, *, round_: int | None = None) -> ChildWhy:
    """As `why_child`, in a workspace."""
    survey, language = workspace.survey, workspace.language
    when = survey.role("round").name
    connection = workspace.connection
    person = current_identifier(connection, survey, identifier)
    workspace.scored()
    own = f"{survey.role('person').name} = {quoted(person)}"
    rounds = [row[0] for row in connection.execute(f"SELECT {when} FROM {SCORE} WHERE {own} ORDER BY 1").fetchall()]
    if round_ is not None and round_ not in rounds:
        known = ", ".join(shown_year(year, language) for year in rounds)
        raise UsageError("child_not_seen", id=person, round=shown_year(round_, language), known=known)
    shown_round = round_ if round_ is not None else rounds[-1]
    condition = f"{own} AND {when} = {shown_round}"
    placed = connection.execute(
        f"SELECT {survey.role('line').name}, level, highest, age_min, age_max FROM {SCORE} WHERE {condition}"
    ).fetchone()
    assert placed is not None
    line, level, highest, *ages = placed
    stood = child_visits(connection, survey, person, language)[0].to_dict("records")[rounds.index(shown_round)]
    return ChildWhy(
        person,
        shown_round,
        str(line),
        level,
        highest,
        (ages[0], ages[1]),
        stood["standing"],
        stood["standing_why"],
        explain(connection, Explainer(survey, language), condition),
    )


def why_children(
    store: str | Path, children: pd.DataFrame, *, language: Language = FALLBACK, schemas: Path | None = None
) -> Why:
    """Why the children of a line list (as `list_children` gives it) are at their levels.

    Raises StoreError, UnreadableFile.
    """
    with Workspace.from_paths(store, schemas, language=language) as workspace:
        return explain_children(workspace, children)


def explain_children(workspace: Workspace, children: pd.DataFrame) -> Why:
    """As `why_children`, in a workspace."""
    survey, language = workspace.survey, workspace.language
    key: Sequence[str] = survey.key("child")
    connection = workspace.scored()
    connection.register("listed_child", children[list(key)])
    names = ", ".join(key)
    return explain(connection, Explainer(survey, language), f"({names}) IN (SELECT ({names}) FROM listed_child)")


def with_effects(survey: Survey, children: pd.DataFrame, why: Why) -> pd.DataFrame:
    """A line list with a further column, `could_change`: the questions worth asking and what each answer would do."""
    asked = why.what_if[why.what_if["worth_asking"]]
    worded = asked.assign(line=asked["question"] + " (" + asked["effect"] + ")")
    joined = worded.groupby(["cpms_id", "round"])["line"].agg("; ".join).rename("could_change").reset_index()
    keys = [survey.role("person").name, survey.role("round").name]
    joined = joined.rename(columns=dict(zip(["cpms_id", "round"], keys, strict=True)))
    return children.merge(joined, on=keys, how="left").assign(
        could_change=lambda frame: frame["could_change"].fillna("").astype("str")
    )
