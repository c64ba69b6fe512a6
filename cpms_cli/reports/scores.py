"""Scores, line lists, children and areas as text and as JSON documents."""

from __future__ import annotations

from typing import Any

import pandas as pd

from cpms_cli.reports.disputed_answers import show_disputes
from cpms_cli.reports.terminal import NARROW, Layout, Screen, age_text, show_table, stacked
from cpms_cli.scoring.compiler.score_columns import HELP, NEEDS_HELP
from cpms_cli.scoring.explanations import Explainer
from cpms_cli.summaries.child.child_history import ChildHistory
from cpms_cli.summaries.child.standing_today import ADULT, ANSWERED, CLOSED, NOT_FOUND, absence_words
from cpms_cli.survey.era import shown_date, shown_moment, shown_year
from cpms_cli.survey.messages import say
from cpms_cli.survey.model.definition import Field, Language, Survey
from cpms_cli.writing.files import records

# Below this width a line list has two lines for each child: side by side, its words would be cut to pieces.
_LINE_LIST = 140


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


def show_scores(screen: Screen, scores: pd.DataFrame) -> None:
    """Print how many children of each round are at each level."""
    console, survey, language = screen.console, screen.survey, screen.language
    round_ = survey.role("round").name
    counts = scores.groupby([round_, "level"]).size().unstack(fill_value=0)
    counts = counts.reindex(columns=[level.id for level in survey.levels], fill_value=0).reset_index()
    counts[round_] = [shown_year(int(year), language) for year in counts[round_]]
    headings = {round_: say("col_round", language), **{level.id: level.label.in_(language) for level in survey.levels}}
    show_table(console, counts, headings, Layout(right=list(headings)[1:]))


def code_labels(survey: Survey, field: Field, cells: pd.Series, language: Language) -> pd.Series:
    """Codes of a field as their labels; what has no code list stays as it is."""
    codes = survey.codes(field)
    return cells.map({code.code: code.label.in_(language) for code in codes.codes}).astype("str") if codes else cells


def names_in_line(survey: Survey, rows: pd.DataFrame) -> pd.Series:
    """A child's own names in one line, "" where none is known."""
    given, *family = (rows[field.name].fillna("").astype("str") for field in survey.name_fields)
    for name in family:
        given = given + " " + name
    return given.str.strip()


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


def show_children(screen: Screen, listed: pd.DataFrame, identified: bool) -> None:
    """Print a line list; names only when they were asked for, the round of an answer only where one is of an earlier
    round than the row."""
    console, survey, language = screen.console, screen.survey, screen.language
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
    names = survey.name_fields if identified else ()
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
    show_table(console, shown, headings, Layout(right=("age",), tight=(person, "round_", village)))
    console.print(say("children_sum_identified" if identified else "children_sum", language, count=len(listed)))


def show_child(screen: Screen, history: ChildHistory) -> None:
    """Print one child: levels with reasons, indicators side by side by round, answers."""
    console, survey, language = screen.console, screen.survey, screen.language
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
    show_table(console, levels, headings, Layout(tight=("round",)), title=say("child_levels", language))
    show_responses(screen, history.responses)
    show_disputes(screen, history.disputes)
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
        Layout(tight=years),
        title=say("child_indicators", language),
    )
    show_table(
        console,
        history.answers,
        {"label": say("col_question", language), **shown},
        title=say("child_answers", language),
    )


def show_responses(screen: Screen, responses: pd.DataFrame) -> None:
    """Print what was done for one child, by whom, and who recorded it when."""
    console, survey, language = screen.console, screen.survey, screen.language
    if responses.empty:
        console.print(say("child_no_responses", language))
        return
    fields = [field for field in survey.response.fields if field.role != "person"]
    shown = responses.assign(recorded=[shown_moment(moment, language) for moment in responses["recorded_at"]])
    for field in fields:
        cells = responses[field.name]
        labelled = shown_dates(cells, language) if field.type == "date" else code_labels(survey, field, cells, language)
        shown[field.name] = labelled
    headings = {field.name: field.label.in_(language) for field in fields}
    headings |= {"recorded_by": say("col_recorded_by", language), "recorded": say("col_when", language)}
    if console.width < NARROW:
        shown, headings = stacked(shown, headings, {"recorded_by": ("recorded",)})
    show_table(console, shown, headings, title=say("child_responses", language))
