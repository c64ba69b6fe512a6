"""The report of one child: levels over the years and why, indicators by round, answers; masked unless asked for."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from cpms_cli.reports.disputed_answers import dispute_lines
from cpms_cli.reports.document import Column, Document, Heading, Paragraph, Part, TableBlock
from cpms_cli.reports.scores import code_labels, level_labels, shown_dates
from cpms_cli.scoring.compiler.score_columns import HELP
from cpms_cli.summaries.child.child_history import ChildHistory, compute_child_history
from cpms_cli.summaries.counts.shares import area_name
from cpms_cli.summaries.response.cases import OVERDUE
from cpms_cli.summaries.response.due import case_of_child
from cpms_cli.survey.country_time import country_today
from cpms_cli.survey.era import shown_date, shown_year
from cpms_cli.survey.language import FALLBACK
from cpms_cli.survey.messages import say
from cpms_cli.survey.model.definition import Language, Level, Role, Survey
from cpms_cli.survey.model.fields import ResponseRole
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
    cases = case_of_child(workspace, history.cpms_id, country_today())
    case: dict[str, Any] = {str(name): cases[name].iat[0] for name in cases} if len(cases) else {}
    masked = say("report_child_identified" if identified else "report_child_masked", language)
    parts: tuple[Part, ...] = (
        Heading(say("todo_heading", language)),
        _Head(workspace, history, case).block(),
        Heading(say("report_child_levels", language)),
        _levels(survey, history, language),
        *_disputed(survey, history, language),
        Heading(say("child_indicators", language)),
        _indicators(history, language),
        Heading(say("child_answers", language)),
        _answers(history, language),
    )
    title = say("report_child_title", language, id=history.cpms_id)
    subtitle, banner = say("report_child_subtitle", language, rounds=rounds), say("report_banner_child", language)
    return Document(title, subtitle, language, parts, (masked,), banner)


_LOGGED: tuple[ResponseRole, ...] = ("response", "responded", "agency")


@dataclass(frozen=True)
class _Head:
    """What a child's page begins with: who the child is, where it lives, at which level and why, what is to be done by
    when, and what was done. `case` is the row of `case_of_child`, empty where there is none."""

    workspace: Workspace
    history: ChildHistory
    case: dict[str, Any]

    @property
    def language(self) -> Language:
        """The language of the page."""
        return self.workspace.language

    def say(self, message: str, **values: object) -> str:
        """Return a sentence in the page's language."""
        return say(message, self.language, **values)

    def block(self) -> TableBlock:
        """The head as a table of two columns, without what there is nothing to say of."""
        survey, last = self.workspace.survey, self.history.levels.iloc[-1]
        stands = next(level for level in survey.levels if level.id == last["standing"])
        since = shown_year(int(last["standing_since"]), self.language)
        standing = self.say("todo_stands", level=stands.label.in_(self.language), round=since)
        carried = stands.id != last["level"]  # then the sentence that says why names the level and its round
        lines = {
            "todo_child": self.named(),
            "todo_lives": self.address(),
            "todo_level_now": "; ".join(filter(None, ["" if carried else standing, last["standing_why"]])),
            "todo_why": self.reasons(),
            "todo_what": stands.response.in_(self.language),
            "todo_when": self.due(stands),
            "todo_who": stands.who.in_(self.language) if stands.who else "",
            "todo_status": self.status(),
            "todo_not_asked": self.to_ask(stands),
            "col_needs_help": last[HELP],
        }
        shown = {name: text for name, text in lines.items() if text}
        frame = pd.DataFrame({"about": [self.say(name) for name in shown], "known": list(shown.values())})
        columns = (Column("about", self.say("todo_detail")), Column("known", self.say("todo_answer")))
        return TableBlock(self.say("todo_caption"), frame, columns)

    def answer(self, role: Role) -> str:
        """Return the last answer to a question, as the page may show it; "" where there is none."""
        answers, survey = self.history.answers.set_index("field"), self.workspace.survey
        name, missing = next(iter(survey.names_of(role)), ""), survey.codelists["missing"].codes
        answer = str(answers.at[name, str(self.history.rounds[-1])]) if name in answers.index else ""
        return "" if answer in [code.label.in_(self.language) for code in missing] else answer

    def named(self) -> str:
        """The names, masked unless they are shown, and the identifier; of a child without a name the identifier."""
        names = " ".join(filter(None, [self.answer("given_name"), self.answer("family_name")]))
        return f"{names} ({self.history.cpms_id})" if names else self.history.cpms_id

    def address(self) -> str:
        """The number of the house, and the village by its name."""
        code = self.answer("village")
        area = area_name(self.workspace.survey, code, self.language) if code else ""
        return self.say("todo_house", house=self.answer("household"), area=area)

    def reasons(self) -> str:
        """Why the child stands at its level."""
        levels = self.history.levels
        given = levels.loc[levels["round"] == levels.iloc[-1]["standing_since"], "why"]
        return str(self.case.get("why") or (given.iat[-1] if len(given) else ""))

    def due(self, stands: Level) -> str:
        """By when: the day, where there is one, with what the level demands; else what it demands, and why no day."""
        due = stands.due.in_(self.language)
        day, note = self.case.get("due_date"), self.case.get("note")
        if not isinstance(day, str):
            return f"{due} ({note})" if note else due
        day = shown_date(datetime.date.fromisoformat(day), self.language)
        return self.say("todo_due_on", day=day, due=due)

    def status(self) -> str:
        """Whether it is done, and all that was."""
        lines = list(self.entries())
        if self.case and self.case["state"] == OVERDUE:
            return "; ".join([self.say("todo_overdue", days=self.case["days_late"]), *lines])
        state = [self.say(f"state_{self.case['state']}")] if self.case else []
        return "; ".join([*state, *(lines or [self.say("child_no_responses")])])

    def entries(self) -> Iterator[str]:
        """Each response that was recorded: the day, what it was, and whose."""
        survey, responses = self.workspace.survey, self.history.responses
        kind, day, agency = (survey.response_role(role) for role in _LOGGED)
        labels = code_labels(survey, kind, responses[kind.name], self.language)
        days = shown_dates(responses[day.name], self.language)
        for when, what, whose in zip(days, labels, responses[agency.name], strict=True):
            yield f"{when} {what}" + (f" ({whose})" if isinstance(whose, str) and whose else "")

    def to_ask(self, stands: Level) -> str:
        """What else the child could be, once the missing answers are asked; "" where they decide nothing."""
        last = self.history.levels.iloc[-1]
        if last["highest"] in (last["level"], stands.id):
            return ""
        [highest] = [level for level in self.workspace.survey.levels if level.id == last["highest"]]
        could = self.say("todo_could_be_child", level=highest.label.in_(self.language))
        return "; ".join(filter(None, [could, str(last["open"])]))


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
