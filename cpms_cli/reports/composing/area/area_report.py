"""The report of a community or a province: counts and shares, in charts and tables; never a child."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from cpms_cli.reports.areas.standing import standing_blocks
from cpms_cli.reports.composing.area.area_context import AreaContext
from cpms_cli.reports.composing.area.area_groups import group_parts
from cpms_cli.reports.composing.area.area_levels import flow, key_figures, levels
from cpms_cli.reports.composing.area.area_parts import parts as parts_of_area
from cpms_cli.reports.composing.area.area_response import high_migration, published_high_migration, response_table
from cpms_cli.reports.composing.area.area_shares import indicators, shares
from cpms_cli.reports.composing.to_do import ToDo, standing_today, to_do_parts
from cpms_cli.reports.document import (
    Chart,
    Document,
    Heading,
    Part,
    TableBlock,
)
from cpms_cli.summaries.area.area_figures import AreaFigures, area_figures, severe_levels
from cpms_cli.summaries.area.areas import parts_width
from cpms_cli.summaries.area.compared_answers import area_to_read
from cpms_cli.summaries.area.grouped_answers import leading_by_group
from cpms_cli.summaries.area.plans import LEADING, leading_indicators
from cpms_cli.summaries.area.standing_counts import standing_counts
from cpms_cli.summaries.child.standing_today import create_stood
from cpms_cli.summaries.migration.area_migration import compute_measures
from cpms_cli.summaries.response.response_counts import ResponseSummary, compute_response_summary
from cpms_cli.summaries.scope import scope_of
from cpms_cli.survey.country_time import country_today
from cpms_cli.survey.language import FALLBACK
from cpms_cli.survey.messages import say
from cpms_cli.survey.model.definition import Language, Survey
from cpms_cli.survey.spoken_words import joined_words
from cpms_cli.workspace import Workspace


def report_area(  # noqa: PLR0913 - public: what can be asked, each by its own keyword
    store: str | Path,
    code: str,
    *,
    round_: int | None = None,
    shade: str | None = None,
    audience: str | None = "public",
    language: Language = FALLBACK,
    schemas: Path | None = None,
    tell: Callable[[str], None] | None = None,
) -> Document:
    """The report of a village (8 digits), subdistrict (6), district (4) or province (2), by default of its last round.

    Small counts, and all that would give them away, are withheld from the `audience`, together with what it was given
    before; the store remembers it. What readers can work out all the same is in no document: the store's log keeps it,
    and `tell` is called with a sentence that says it to the office. With no audience (None) nothing is withheld, and
    the report says so. What became of the responses that were due stands only there; which parts have high migration,
    as far as it gives no withheld count away.

    `shade` is what the map shows: the id of a level or the number of an indicator. Write it with `render`. Raises
    UsageError for an unknown area, shade or a round without data; StoreError, UnreadableFile.
    """
    area = area_to_read(code) if audience is None else None
    with Workspace.from_paths(store, schemas, language=language, writes=audience is not None).of_area(
        area
    ) as workspace:
        document, warning = compose_area_report(workspace, code, round_=round_, shade=shade, audience=audience)
    if tell is not None and warning is not None:
        tell(warning)
    return document


def compose_area_report(
    workspace: Workspace,
    code: str,
    *,
    round_: int | None = None,
    shade: str | None = None,
    audience: str | None = "public",
) -> tuple[Document, str | None]:
    """Return the report of `report_area`, and the sentence for the office alone, if there is one.

    The workspace must write where there is an audience.
    """
    survey, language = workspace.survey, workspace.language
    if audience is None:
        return _office_report(workspace, code, round_, shade), None
    from cpms_cli.disclosure.release.area_release import published_area  # noqa: PLC0415 - heavy, for others alone

    published = published_area(workspace, code, round_=round_, audience=audience)
    figures, notes = published.figures, (*published.notes, say("report_only_internal", language))
    marked = published_high_migration(survey, figures, language)
    return _document(AreaContext(survey, figures, language), _Extras(shade, (), marked, notes)), published.warning


def _office_report(workspace: Workspace, code: str, round_: int | None, shade: str | None) -> Document:
    """Return the report for the office alone: nothing withheld, and with what no other report has.

    That is who stands at which level today, and what became of the responses that were due.
    """
    survey, language, today = workspace.survey, workspace.language, country_today()
    scope = scope_of(workspace, code, round_)
    figures = area_figures(workspace, code, round_=round_)
    connection = workspace.profiled()
    create_stood(workspace, today)
    standing = standing_counts(connection, survey, scope, parts_width(code), language)
    responses = compute_response_summary(workspace, area=code, as_of=today)
    measures = compute_measures(workspace, code, round_)
    inside = (
        *standing_blocks(survey, *standing, figures.round, language),
        response_table(responses, language),
    )
    marked, notes = high_migration(measures, language), (say("report_internal", language),)
    by_group = leading_by_group(workspace, code, figures.round, _leading(survey, figures))
    context = AreaContext(survey, figures, language)
    return _document(context, _Extras(shade, inside, marked, notes, *standing, responses, by_group))


def _leading(survey: Survey, figures: AreaFigures) -> list[str]:
    """The columns of the counted indicators with most children at yes."""
    counted = {indicator.column for indicator in survey.indicators if indicator.counted}
    named = figures.indicators[figures.indicators["item"].isin(counted)].assign(name="")
    return leading_indicators(named, LEADING)["item"].tolist()


def withholds(part: Part) -> bool:
    """Whether something in a part is withheld: then a note says what that means, and only then."""
    if isinstance(part, TableBlock):
        counts = [column.name for column in part.columns if column.kind == "count"]
        return bool(part.frame[counts].isna().to_numpy().any())
    if not isinstance(part, Chart):
        return False
    return bool(part.withheld) or (part.shape == "level_bars" and bool(part.frame.isna().to_numpy().any()))


@dataclass(frozen=True)
class _Extras:
    """What a report has beside its figures: the level or indicator that the map shows, and what is added to sections.

    `responses` are the section on responses, `marked` stands behind that on migration, `privacy` are notes at the end.
    For the office alone: `standing` and `standing_parts` are how many children stand at each level today, and in which
    part, `cases` what became of the first responses that were due, `by_group` the leading indicators by groups.
    """

    shade: str | None
    responses: tuple[Part, ...]
    marked: tuple[Part, ...]
    privacy: tuple[str, ...]
    standing: pd.DataFrame = field(default_factory=pd.DataFrame)
    standing_parts: pd.DataFrame = field(default_factory=pd.DataFrame)
    cases: ResponseSummary | None = None
    by_group: pd.DataFrame = field(default_factory=pd.DataFrame)


def _to_do(context: AreaContext, extras: _Extras) -> ToDo:
    """Return what the report begins with: for the office, of the children who stand at each level today."""
    figures, survey, language = context.figures, context.survey, context.language
    if not len(extras.standing) or extras.cases is None:
        return to_do_of_round(context)
    counts = standing_today(figures.response, extras.standing)
    severe = {level.id: level.label.in_(language) for level in survey.urgent_levels}
    parts, cases, as_of = extras.standing_parts, extras.cases.totals, extras.cases.as_of
    return ToDo(survey, language, figures.round, figures.rounds, counts, parts, severe, as_of, cases)


def to_do_of_round(context: AreaContext) -> ToDo:
    """Return what there is to do by the answers of the round alone."""
    figures, survey = context.figures, context.survey
    labels = (level.label.in_(context.language) for level in severe_levels(survey))
    severe = {"severe": joined_words(context.say("report_and"), labels)}
    parts, today = figures.parts.rename(columns={"label": "name"}), country_today()
    return ToDo(
        survey, context.language, figures.round, figures.rounds, figures.response, parts, severe, today, pd.DataFrame()
    )


def closing_notes(context: AreaContext, parts: Iterable[Part], privacy: Iterable[str]) -> tuple[str, ...]:
    """Return the notes at the end: what a withheld count is, what was withheld, and how figures are made."""
    meaning = (context.say("report_note_withheld"),) if any(map(withholds, parts)) else ()
    names = ("report_note_interval", "report_note_made")
    return (*meaning, *privacy, *(context.say(name, confidence=context.confidence) for name in names))


def _document(context: AreaContext, extras: _Extras) -> Document:
    """Return all sections, in reading order; one without figures is left out."""
    figures = context.figures
    parts = [
        *to_do_parts(_to_do(context, extras)),
        *key_figures(context, extras.standing),
        *levels(context),
        *indicators(context),
        *group_parts(context, extras.by_group),
        *parts_of_area(context, extras.shade),
        *flow(context),
        *shares(context, "migration", figures.migration, ("yes", "no")),
        *extras.marked,
        *shares(context, "rights", figures.rights, ("has", "lacks")),
        *([Heading(context.say("report_response")), *extras.responses] if extras.responses else []),
    ]
    notes = closing_notes(context, parts, extras.privacy)
    title = context.say("report_title", name=figures.name)
    subtitle = context.say("report_subtitle", round=context.year, code=figures.code)
    banner = context.say("report_banner") if extras.cases is not None else ""
    return Document(title, subtitle, context.language, tuple(parts), notes, banner)
