"""What a family says is wrong, beside the answers, for people."""

from __future__ import annotations

import datetime

import pandas as pd

from cpms_cli.reports.terminal import Layout, Screen, show_table, stacked
from cpms_cli.store.disputes import ANSWERED, OPEN
from cpms_cli.survey.era import shown_date, shown_year
from cpms_cli.survey.messages import say
from cpms_cli.survey.model.definition import Language, Survey

_WIDE = 160


def dispute_lines(survey: Survey, disputes: pd.DataFrame, language: Language) -> pd.DataFrame:
    """The disputes in words: round, question, answer, who says so and why, the levels, and how it stands."""
    labels = {level.id: level.label.in_(language) for level in survey.levels}
    lines = []
    for row in disputes.to_dict("records"):
        day = shown_date(datetime.date.fromisoformat(str(row["disputed_on"])), language)
        without, highest = labels.get(row["level_without"], ""), labels.get(row["highest_without"], "")
        could = f" ({say('dispute_up_to', language, level=highest)})" if highest != without else ""
        lines.append(
            {
                "round": shown_year(int(row["round"]), language),
                "question": row["label"],
                "answer": row["answer"],
                "why": f"{row['disputed_by']}, {day}: {row['reason']}",
                "with": labels.get(row["level"], ""),
                "without": f"{without}{could}",
                "stands": _state(row["state"], row, language),
            }
        )
    return pd.DataFrame(lines)


def _state(state: str, row: dict[object, object] | dict[str, object], language: Language) -> str:
    if state == OPEN:
        return say("dispute_open", language)
    values = {str(name): value for name, value in row.items()}
    if state == ANSWERED:
        year = values["answered_in"]
        if pd.isna(year):  # type: ignore[call-overload]
            return say("dispute_answered", language)
        return say("dispute_answered_in", language, round=shown_year(int(str(year)), language))
    day = shown_date(datetime.date.fromisoformat(str(values["closed_on"])), language)
    return say("dispute_settled", language, day=day, by=values["closed_by"], outcome=values["outcome"])


def show_disputes(screen: Screen, disputes: pd.DataFrame) -> None:
    """Print the disputes about one child's answers; nothing where there is none."""
    console, language = screen.console, screen.language
    if disputes.empty:
        return
    shown = dispute_lines(screen.survey, disputes, language)
    names = ("round", "question", "answer")
    headings = {name: say(f"col_{name}", language) for name in names}
    headings |= {name: say(f"dispute_{name}", language) for name in ("why", "with", "without", "stands")}
    if console.width < _WIDE:
        below = {"question": ("answer",), "why": ("stands",), "with": ("without",)}
        shown, headings = stacked(shown, headings, below, named=("answer", "without", "stands"))
    show_table(console, shown, headings, Layout(tight=("round",)), title=say("dispute_title", language))
