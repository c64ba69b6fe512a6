"""The report of one child: levels over the years and why, indicators by round, answers; masked unless asked for."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from cpms_cli.reports.children.disputed_answers import dispute_lines
from cpms_cli.reports.children.scores import HELP, level_labels
from cpms_cli.reports.documents.document import Column, Document, Heading, Paragraph, Part, TableBlock
from cpms_cli.summaries.child.child_history import ChildHistory, compute_child_history
from cpms_cli.survey.era import shown_year
from cpms_cli.survey.language import FALLBACK
from cpms_cli.survey.messages import say
from cpms_cli.survey.model.definition import Language, Survey
from cpms_cli.workspace import Workspace


def report_child(
    store: str | Path,
    identifier: str,
    *,
    identified: bool = False,
    language: Language = FALLBACK,
    schemas: Path | None = None,
) -> Document:
    """The report of one child. Names and numbers are masked unless `identified`, which the audit log records.

    Write it with `render`. Raises UsageError where no child has this identifier; StoreError, UnreadableFile.
    """
    with Workspace.from_paths(store, schemas, language=language, identified=identified) as workspace:
        return compose_child_report(workspace, identifier)


def compose_child_report(workspace: Workspace, identifier: str) -> Document:
    """As `report_child`, in a workspace."""
    survey, language, identified = workspace.survey, workspace.language, workspace.identified
    history = compute_child_history(workspace, identifier)
    rounds = ", ".join(shown_year(year, language) for year in history.rounds)
    masked = say("report_child_identified" if identified else "report_child_masked", language)
    parts: tuple[Part, ...] = (
        *_now(survey, history, language),
        Heading(say("report_child_levels", language)),
        _levels(survey, history, language),
        *_disputed(survey, history, language),
        Heading(say("child_indicators", language)),
        _indicators(history, language),
        Heading(say("child_answers", language)),
        _answers(history, language),
    )
    title = say("report_child_title", language, id=history.cpms_id)
    return Document(title, say("report_child_subtitle", language, rounds=rounds), language, parts, (masked,))


def _now(survey: Survey, history: ChildHistory, language: Language) -> list[Paragraph]:
    last = history.levels.iloc[-1]
    labels = {level.id: level.label.in_(language) for level in survey.levels}
    year = shown_year(history.rounds[-1], language)
    stands = next(level for level in survey.levels if level.id == last["standing"])
    sentence = say(
        "report_child_now",
        language,
        round=year,
        level=labels[stands.id],
        response=stands.response.in_(language),
        due=stands.due.in_(language),
    )
    parts = [Paragraph(sentence, "key")]
    if last["standing_why"]:
        parts.append(Paragraph(last["standing_why"]))
    if last[HELP]:
        parts.append(Paragraph(say("report_child_needs_help", language, what=last[HELP])))
    if last["highest"] not in (last["level"], stands.id):
        parts.append(Paragraph(say("report_child_could_be", language, level=labels[last["highest"]])))
    return parts


def _levels(survey: Survey, history: ChildHistory, language: Language) -> TableBlock:
    levels = history.levels
    frame = levels.assign(
        round=[shown_year(year, language) for year in history.rounds],
        level=level_labels(survey, language, levels["level"]),
        highest=level_labels(survey, language, levels["highest"]).mask(levels["highest"] == levels["level"], ""),
    )
    names = ("round", "level", "highest", "why", "open", HELP, "response", "due")
    filled = [name for name in names if (frame[name].astype("str").fillna("") != "").any()]
    columns = tuple(Column(name, say(f"col_{name.removesuffix('_label')}", language)) for name in filled)
    return TableBlock(say("child_levels", language), frame, columns)


def _disputed(survey: Survey, history: ChildHistory, language: Language) -> list[Part]:
    """What the family says is wrong: which answer, who says so, when and why, the level with it and without it."""
    if history.disputes.empty:
        return []
    frame = dispute_lines(survey, history.disputes, language)
    of_table = ("round", "question", "answer")
    columns = (
        *(Column(name, say(f"col_{name}", language)) for name in of_table),
        *(Column(name, say(f"dispute_{name}", language)) for name in ("why", "with", "without", "stands")),
    )
    heading = say("dispute_title", language)
    return [Heading(heading), Paragraph(say("report_child_disputed", language)), TableBlock(heading, frame, columns)]


def _by_round(history: ChildHistory, language: Language) -> tuple[Column, ...]:
    return tuple(Column(str(year), shown_year(year, language)) for year in history.rounds)


def _indicators(history: ChildHistory, language: Language) -> TableBlock:
    frame = history.indicators
    answers = {str(year): [say(f"answer_{value}", language) for value in frame[str(year)]] for year in history.rounds}
    frame = frame.assign(name=frame["number"].astype("str") + " " + frame["name"], **answers)
    columns = (
        Column("name", say("col_indicator", language)),
        *_by_round(history, language),
        Column("because", say("col_because", language)),
    )
    return TableBlock(say("child_indicators", language), frame, columns)


def _answers(history: ChildHistory, language: Language) -> TableBlock:
    frame = history.answers
    shown = frame[[str(year) for year in history.rounds]].astype("str").fillna("")
    empty = (shown == "").all(axis=1)
    columns = (Column("label", say("col_question", language)), *_by_round(history, language))
    return TableBlock(say("child_answers", language), pd.DataFrame(frame[~empty]), columns)
