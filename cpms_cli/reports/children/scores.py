"""Scores, line lists, children and areas as text and as JSON documents."""

from __future__ import annotations

from typing import Any

import pandas as pd
from rich.console import Console

from cpms_cli.reports.areas.handed import count_text, counts_told
from cpms_cli.reports.areas.help_needed import show_help_needed
from cpms_cli.reports.areas.shares import group_names, show_note, show_quality, show_shares
from cpms_cli.reports.areas.standing import show_standing
from cpms_cli.reports.terminal import NARROW, age_text, show_table, stacked
from cpms_cli.scoring.compiler.score_columns import NEEDS_HELP
from cpms_cli.scoring.explanations import Explainer
from cpms_cli.summaries.area.areas import AreaSummary
from cpms_cli.summaries.child.child_history import ChildHistory
from cpms_cli.summaries.child.standing_today import ADULT, ANSWERED, CLOSED, NOT_FOUND, absence_words
from cpms_cli.survey.era import shown_date, shown_year
from cpms_cli.survey.messages import say
from cpms_cli.survey.model.definition import Field, Language, Survey
from cpms_cli.writing.files import records

# Below this width a line list has two lines for each child: side by side, its words would be cut to pieces.
_LINE_LIST = 140
HELP = f"{NEEDS_HELP}_label"


def document(tables: dict[str, pd.DataFrame], **fields: Any) -> dict[str, Any]:
    """Named tables as one JSON document."""
    return {
        "schema_version": 1,
        "exit_code": 0,
        "error": None,
        **fields,
        **{name: records(frame) for name, frame in tables.items()},
    }


def level_labels(survey: Survey, language: Language, levels: pd.Series) -> pd.Series:
    """Level ids as their labels."""
    labels = {level.id: level.label.in_(language) for level in survey.levels}
    return levels.map(labels).astype("str")


def readable_scores(survey: Survey, scores: pd.DataFrame, language: Language) -> pd.DataFrame:
    """Scores also in words: `why`, `open`, `needs_help_label` beside the ids in reasons, open_reasons, needs_help."""
    explainer = Explainer(survey, language)
    words = {"why": explainer.why(scores), "open": explainer.open(scores), HELP: explainer.help(scores[NEEDS_HELP])}
    return scores.assign(**words)


def show_scores(console: Console, survey: Survey, scores: pd.DataFrame, language: Language) -> None:
    """Print how many children of each round are at each level."""
    round_ = survey.role("round").name
    counts = scores.groupby([round_, "level"]).size().unstack(fill_value=0)
    counts = counts.reindex(columns=[level.id for level in survey.levels], fill_value=0).reset_index()
    counts[round_] = [shown_year(int(year), language) for year in counts[round_]]
    headings = {round_: say("col_round", language), **{level.id: level.label.in_(language) for level in survey.levels}}
    show_table(console, counts, headings, right=list(headings)[1:])


def code_labels(survey: Survey, field: Field, cells: pd.Series, language: Language) -> pd.Series:
    """Codes of a field as their labels; what has no code list stays as it is."""
    codes = survey.codes(field)
    return cells.map({code.code: code.label.in_(language) for code in codes.codes}).astype("str") if codes else cells


def shown_dates(dates: pd.Series, language: Language) -> pd.Series:
    """Dates as people write them."""
    known = {date: shown_date(pd.Timestamp(date).date(), language) for date in dates.dropna().unique()}
    return dates.map(known).astype("str")


def _marks(listed: pd.DataFrame, language: Language) -> pd.Series:
    """What has to be known of who is listed, in words: not found in the last round of the village, the case closed,
    turned 18."""
    if NOT_FOUND not in listed:
        return pd.Series("", index=listed.index)
    missed = absence_words(listed, language)
    grown = listed[ADULT].map({True: say("state_turned_18", language), False: ""})
    days = shown_dates(listed[CLOSED], language).fillna("")
    closed = [say("standing_closed", language, day=day) if day else "" for day in days]
    lines_of_areas = zip(missed, closed, grown, strict=True)
    return pd.Series(["; ".join(filter(None, marks)) for marks in lines_of_areas], index=listed.index, dtype="str")


def show_children(console: Console, survey: Survey, listed: pd.DataFrame, language: Language, identified: bool) -> None:
    """Print a line list; names only when they were asked for, the round of an answer only where one is of an earlier
    round than the row."""
    person, village, round_ = (survey.role(role).name for role in ("person", "village", "round"))
    sex, household = survey.role("sex"), survey.role("household")
    shown = listed.assign(
        age=age_text(listed),
        level=level_labels(survey, language, listed["level"]),
        highest=level_labels(survey, language, listed["highest"]).mask(listed["highest"] == listed["level"], ""),
        marks=_marks(listed, language),
        sex_=code_labels(survey, sex, listed[sex.name], language),
        round_=[shown_year(int(year), language) for year in listed[round_]],
    )
    names = [survey.role("given_name"), survey.role("family_name")] if identified else []
    headings = {
        person: survey.fields[person].label.in_(language),
        **{name.name: name.label.in_(language) for name in names},
        "round_": say("col_round", language),
        village: survey.fields[village].label.in_(language),
        household.name: household.label.in_(language),
        "sex_": sex.label.in_(language),
        "age": say("col_age", language),
        "level": say("col_level", language),
        "highest": say("col_highest", language),
        "why": say("col_why", language),
    }
    if (shown[HELP] != "").any():
        headings[HELP] = say("col_needs_help", language)
    if (shown["marks"] != "").any():
        headings["marks"] = say("col_note", language)
    earlier = ANSWERED in listed and bool((listed[ANSWERED] < listed[round_]).any())
    if earlier:
        years = listed[ANSWERED].astype("float64")
        shown_years = years.map({year: shown_year(int(year), language) for year in years.dropna().unique()})
        shown[ANSWERED] = shown_years.astype("str").where(years < listed[round_], "")
        headings[ANSWERED] = say(f"column_{ANSWERED}", language)
    if console.width < _LINE_LIST:
        under = tuple(name for name in ("highest", "marks", ANSWERED, HELP, "why") if name in headings)
        below = {person: ("round_",), village: (household.name,), "sex_": ("age",), "level": under}
        if identified:
            below[names[0].name] = (names[1].name,)
        shown, headings = stacked(shown, headings, below, named=("highest", ANSWERED, HELP))
    show_table(console, shown, headings, right=("age",), tight=(person, "round_", village))
    console.print(say("children_sum_identified" if identified else "children_sum", language, count=len(listed)))


def show_child(console: Console, survey: Survey, history: ChildHistory, language: Language) -> None:
    """Print one child: levels with reasons, indicators side by side by round, answers."""
    console.print(say("child_title", language, id=history.cpms_id), style="bold")
    levels = history.levels.assign(
        round=[shown_year(year, language) for year in history.rounds],
        level=level_labels(survey, language, history.levels["level"]),
        highest=level_labels(survey, language, history.levels["highest"]).mask(
            history.levels["highest"] == history.levels["level"], ""
        ),
    )
    headings = {
        name: say(f"col_{name}", language) for name in ("round", "level", "highest", "why", "open", "response", "due")
    }
    for name, heading in ((HELP, "col_needs_help"), ("standing_why", "col_standing")):
        if (levels[name] != "").any():
            headings[name] = say(heading, language)
    if console.width < _LINE_LIST:
        why = ("open", *(name for name in (HELP, "standing_why") if name in headings))
        below = {"level": ("highest",), "why": why, "response": ("due",)}
        levels, headings = stacked(levels, headings, below, named=("highest", "due", *why))
    show_table(console, levels, headings, title=say("child_levels", language), tight=("round",))
    show_responses(console, survey, history.responses, language)
    years = [str(year) for year in history.rounds]
    shown = {str(year): shown_year(year, language) for year in history.rounds}
    indicators = history.indicators.assign(
        name=history.indicators["number"].astype("str") + " " + history.indicators["name"]
    )
    for year in years:
        indicators[year] = [say(f"answer_{answer}", language) for answer in indicators[year]]
    show_table(
        console,
        indicators,
        {"name": say("col_indicator", language), **shown, "because": say("col_because", language)},
        title=say("child_indicators", language),
        tight=years,
    )
    show_table(
        console,
        history.answers,
        {"label": say("col_question", language), **shown},
        title=say("child_answers", language),
    )


def show_responses(console: Console, survey: Survey, responses: pd.DataFrame, language: Language) -> None:
    """Print what was done for one child, by whom, and who recorded it when."""
    if responses.empty:
        console.print(say("child_no_responses", language))
        return
    fields = [field for field in survey.response.fields if field.role != "person"]
    shown = responses.assign(recorded=responses["recorded_at"].dt.strftime("%Y-%m-%d %H:%M"))
    for field in fields:
        cells = responses[field.name]
        labelled = shown_dates(cells, language) if field.type == "date" else code_labels(survey, field, cells, language)
        shown[field.name] = labelled
    headings = {field.name: field.label.in_(language) for field in fields}
    headings |= {"recorded_by": say("col_recorded_by", language), "recorded": say("col_when", language)}
    if console.width < NARROW:
        shown, headings = stacked(shown, headings, {"recorded_by": ("recorded",)})
    show_table(console, shown, headings, title=say("child_responses", language))


def show_area(
    console: Console, survey: Survey, summary: AreaSummary, language: Language, *, listed: bool = True
) -> None:
    """Print an area: levels, indicators, its parts, and, with `listed`, whom to visit at once."""
    title = say(
        "area_title",
        language,
        name=summary.name,
        code=summary.code,
        round=shown_year(summary.round, language),
        children=count_text(summary.children, language),
        households=count_text(summary.households, language),
    )
    console.print(title, style="bold")
    show_quality(console, summary.quality, summary.previous, language)
    names = {
        "label": "level",
        "children": "children",
        "share": "share",
        "could_be": "could_be",
        "households": "households",
    }
    headings = {name: say(f"col_{key}", language) for name, key in names.items()}
    show_table(
        console,
        counts_told(summary.levels, language),
        headings,
        title=say("area_levels", language, round=shown_year(summary.round, language)),
        right=("children", "could_be", "households"),
        percent=("share",),
    )
    console.print(say("could_be_note", language))
    if listed:
        show_standing(console, survey, summary.standing, summary.standing_parts, summary.round, language)
    _show_area_indicators(console, survey, summary, language)
    show_help_needed(console, summary.help, language)
    headings = {
        "area": say("col_area", language),
        "name": "",
        "children": say("col_children", language),
        **{level.id: level.label.in_(language) for level in survey.levels},
    }
    parts, figures = counts_told(summary.parts, language), list(headings)[2:]
    if console.width < NARROW:
        parts, headings = stacked(parts, headings, {"area": ("name",)})
    show_table(
        console,
        parts,
        headings,
        title=say("area_parts_round", language, round=shown_year(summary.round, language)),
        right=figures,
    )
    _show_grouped(console, survey, summary, language)
    if listed:
        show_response(console, survey, summary, language)


def _show_area_indicators(console: Console, survey: Survey, summary: AreaSummary, language: Language) -> None:
    previous = shown_year(summary.previous, language) if summary.previous else "–"
    indicators = summary.indicators.assign(
        label=summary.indicators["number"].astype("str") + " " + summary.indicators["name"]
    )
    show_shares(
        console,
        indicators,
        {"label": say("col_indicator", language)},
        language,
        signed=("change",),
        title=say("area_indicators", language, previous=previous),
        further={"change": say("col_change", language)},
    )
    show_note(console, survey, language)


def _show_grouped(console: Console, survey: Survey, summary: AreaSummary, language: Language) -> None:
    """Levels and indicators broken down, where that was asked for."""
    if not summary.grouped:
        return
    levels, indicators = summary.grouped["levels_by"], summary.grouped["indicators_by"]
    keys = group_names(survey, levels, language)
    groups, figures = " / ".join(keys.values()), {level.id: level.label.in_(language) for level in survey.levels}
    shown, headings = counts_told(levels, language), {**keys, "children": say("col_children", language), **figures}
    if console.width < NARROW:
        first, *rest = keys
        shown, headings = stacked(shown, headings, {first: rest})
    show_table(
        console, shown, headings, title=say("area_levels_by", language, groups=groups), right=["children", *figures]
    )
    show_shares(
        console,
        indicators,
        {**keys, "label": say("col_indicator", language)},
        language,
        title=say("area_indicators_by", language, groups=groups),
    )


def show_response(console: Console, survey: Survey, summary: AreaSummary, language: Language) -> None:
    """Print the immediate response list of an area."""
    first = survey.levels[0]
    adults = 0
    if len(summary.standing):
        adults = int(summary.standing.set_index("level")["turned_18"].get(first.id, 0))
    if summary.response.empty:
        console.print(say("area_response_none", language))
        _show_adults(console, adults, first.id, language)
        return
    action = f"{first.response.in_(language)}, {first.due.in_(language)}"
    console.print(say("area_response", language, response=action), style="bold")
    show_children(console, survey, summary.response, language, identified=False)
    _show_adults(console, adults, first.id, language)


def _show_adults(console: Console, count: int, level: str, language: Language) -> None:
    """Print how many children turned 18 and so left the immediate response list."""
    if count:
        console.print(say("area_turned_18", language, count=count, level=level))
