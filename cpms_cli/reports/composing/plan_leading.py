"""The leading indicators of a plan: how often, beside the rounds before and the rest of the wider area."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from cpms_cli.disclosure.cells.joined_answers import joined_rows
from cpms_cli.reports.areas.comparability_notes import (
    not_asked_sentences,
    not_comparable_sentences,
    without_level,
)
from cpms_cli.reports.composing.plan_words import PlanWords
from cpms_cli.reports.composing.share_words import (
    chance_words,
    interval_words,
    position_words,
    rounds_heading,
    rounds_words,
)
from cpms_cli.reports.document import Chart, Column, Heading, Paragraph, Part, TableBlock
from cpms_cli.summaries.area.compared_answers import earlier_rounds
from cpms_cli.survey.era import shown_year
from cpms_cli.survey.messages import say

_MARK = " *"  # after figures with many unknown answers


class PlanLeading(PlanWords):
    """The section of the leading indicators."""

    def leading(self) -> Iterator[Part]:
        """Yield the heading, the chart, the table and what is to be said of them."""
        yield Heading(self.say("leading"))
        for sentence in not_asked_sentences(without_level(self.plan.not_asked), self.language):
            yield Paragraph(sentence, "note")
        leading = self.plan.leading
        if leading.empty:
            yield Paragraph(self.say("leading_withheld" if self.handed else "leading_none"))
            return
        marks = leading["marked"].fillna(False).map({True: _MARK, False: ""})
        marks += joined_rows(leading).map({True: f" {say('joined_mark', self.language)}", False: ""})
        brief = {indicator.number: indicator.brief(self.language) for indicator in self.survey.indicators}
        shown = leading.assign(
            label=leading["number"].map(brief) + marks,
            interval=interval_words(leading["low"], leading["high"], self.language),
        )
        yield self.bars(shown)
        figures = self.survey.figures
        note = self.say(
            "leading_note", confidence=f"{figures.confidence * 100:g}", limit=f"{figures.many_unknown * 100:g}"
        )
        if self.earlier:
            note = f"{note} {say('report_compared_table_note', self.language)}"
        yield TableBlock(self.say("leading_caption"), self.worded(shown), tuple(self.leading_columns(shown)), note)
        if self.plan.previous is None:
            yield Paragraph(self.say("first_round"), "note")
        for sentence in not_comparable_sentences(self.plan.not_comparable, self.language):
            yield Paragraph(sentence, "note")

    @property
    def earlier(self) -> dict[str, int]:
        """The rounds before whose shares stand beside those of this one."""
        return earlier_rounds(self.plan.round, self.plan.rounds) if "trend" in self.plan.leading else {}

    @property
    def rest(self) -> str:
        """What the indicators are compared with, in words; empty where there is nothing."""
        wider = self.plan.wider
        if wider is None or "around" not in self.plan.leading:
            return ""
        message = "report_rest" if wider.code else "report_rest_provinces"
        return say(message, self.language, area=wider.name)

    def worded(self, shown: pd.DataFrame) -> pd.DataFrame:
        """The leading indicators with the columns that are words."""
        words = {"rounds": rounds_words(shown, self.earlier, self.language)} if self.earlier else {}
        if self.rest:
            words["against"] = position_words(shown["position"], self.language)
        return shown.assign(**words)

    def leading_columns(self, shown: pd.DataFrame) -> Iterator[Column]:
        """The columns of the table of leading indicators."""
        confidence = f"{self.survey.figures.confidence * 100:g}"
        yield Column("label", self.say("indicator"))
        yield Column("yes", self.say("children"), "count")
        yield Column("share", self.say("share"), "share", bar=True)
        yield Column("interval", say("report_col_interval", self.language, confidence=confidence))
        if self.rest:
            yield Column("around", say("report_col_around", self.language, rest=self.rest), "share")
            yield Column("against", say("report_col_against", self.language))
        if self.earlier:
            yield Column("rounds", rounds_heading(self.earlier, self.plan.round, self.language))
        elif self.plan.previous is not None and shown["change"].notna().any():
            yield Column("change", self.change(), "change")

    def bars(self, shown: pd.DataFrame) -> Chart:
        """Shares with their intervals, beside those of the round before and of the rest of the wider area."""
        names, note, previous = ["label", "share", "low", "high"], "", self.plan.previous
        words = {
            "label": self.say("indicator"),
            "share": self.say("share"),
            "low": self.say("from"),
            "high": self.say("to"),
        }
        if self.rest:
            names += ["around", "position"]
            words |= {"around": self.rest, "position": say("report_col_against", self.language)}
            note = say(
                "report_compared_note",
                self.language,
                rest=self.rest,
                count=len(shown),
                chance=chance_words(self.survey),
            )
        confidence = f"{self.survey.figures.confidence * 100:g}"
        note = f"{say('report_bars_note', self.language, confidence=confidence)} {note}".strip()
        if previous is not None:
            names.append("before")
            before = shown_year(previous, self.language)
            words["before"] = self.say("before", previous=before)
            note = f"{note} {say('report_bars_before', self.language, previous=before)}"
        drawn = shown.assign(before=shown["share"] - shown["change"])[names]
        return Chart(
            "indicator_bars", self.say("leading"), drawn, self.say("leading_alt"), note, {**words, **self.withheld}
        )

    def change(self) -> str:
        """Return the heading of the changes since the round before."""
        previous = self.plan.previous
        if previous is None:
            return self.say("change_none")
        return self.say("change", previous=shown_year(previous, self.language))
