"""The plan of an area as a document for its committee: what was found, what is due, what could be done, and by whom.

Counts only; nothing in it names a child.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pandas as pd

from cpms_cli.reports.areas.comparability_notes import (
    level_sentences,
)
from cpms_cli.reports.areas.help_needed import help_blocks
from cpms_cli.reports.areas.shares import group_names, quality_sentences
from cpms_cli.reports.areas.standing import standing_headings
from cpms_cli.reports.composing.plan_leading import PlanLeading
from cpms_cli.reports.composing.plan_words import PlanWords
from cpms_cli.reports.composing.share_words import chance_words
from cpms_cli.reports.composing.to_do import ToDo, standing_today, to_do_parts
from cpms_cli.reports.document import (
    BlankLines,
    Chart,
    Column,
    Document,
    Heading,
    PageBreak,
    Paragraph,
    Part,
    TableBlock,
)
from cpms_cli.summaries.area.plans import AreaPlan
from cpms_cli.survey.era import shown_year
from cpms_cli.survey.messages import say
from cpms_cli.survey.model.definition import Language, Survey

_DECISIONS, _SUBDISTRICT = 3, 6
_TO_FILL = ("decision", "who", "by_when", "budget")
_OWN = "• "  # before the source document's own activities


def plan_document(survey: Survey, plan: AreaPlan, language: Language, notes: Sequence[str] | None = None) -> Document:
    """The plan, in reading order; `notes` stand at its end instead of the words that it is for the committee alone."""
    handed = notes is not None
    words, leading = _Sections(survey, plan, language, handed), PlanLeading(survey, plan, language, handed)
    source = words.say("note_source", round=shown_year(plan.round, language))
    closing_notes = (words.say("note_working_paper"),) if notes is None else (*notes, words.say("note_shown_only"))
    parts = (
        *to_do_parts(words.to_do()),
        *words.activities(),
        *words.decisions(),
        PageBreak(),
        *words.situation(),
        *words.response(),
        *leading.leading(),
        *help_blocks(plan.help, language),
        *words.by_part(),
        *words.quality(),
    )
    banner = say("report_banner", language) if notes is None else ""
    subtitle = words.say("subtitle", round=shown_year(plan.round, language), code=plan.code)
    return Document(words.say("title", name=plan.name), subtitle, language, parts, (source, *closing_notes), banner)


class _Sections(PlanWords):
    """The other sections of a plan."""

    def to_do(self) -> ToDo:
        """What the plan begins with: of the children who stand at each level today; where the plan is handed on, or
        of an earlier round, of those who are there by the round's own answers."""
        plan, counts, parts = self.plan, self.plan.levels, self.plan.parts
        if len(plan.standing):
            counts = standing_today(counts, plan.standing)
            parts = plan.standing_parts
        return ToDo(
            self.survey,
            self.language,
            plan.round,
            plan.rounds,
            counts,
            parts,
            {level.id: self.labels[level.id] for level in self.survey.urgent_levels},
            plan.as_of,
            plan.responses,
        )

    def situation(self) -> Iterator[Part]:
        plan = self.plan
        yield Heading(self.say("situation"))
        counts = {"children": self.count(plan.children), "households": self.count(plan.households)}
        yield Paragraph(self.say("surveyed", **counts), "key")
        columns = (
            Column("label", self.say("level")),
            Column("children", self.say("children"), "count"),
            Column("share", self.say("share"), "share"),
            Column("could_be", self.say("could_be"), "count"),
            Column("households", self.say("households"), "count"),
        )
        yield TableBlock(self.say("levels", round=self.year), plan.levels, columns, self.say("could_be_note"))
        for sentence in level_sentences(plan.not_comparable, plan.not_asked, self.language):
            yield Paragraph(sentence, "note")
        yield from self.by_groups()

    def by_groups(self) -> Iterator[Part]:
        """The children at each level by the groups asked for."""
        for frame in self.plan.grouped.values():
            names = group_names(self.survey, frame, self.language)
            shown = frame.assign(group=frame[list(names)].agg(" / ".join, axis="columns"))
            groups = " / ".join(names.values())
            levels = tuple(Column(name, label, "count") for name, label in self.labels.items())
            columns = (Column("group", groups), Column("children", self.say("children"), "count"), *levels)
            yield TableBlock(say("area_levels_by", self.language, groups=groups), shown, columns)

    def response(self) -> Iterator[Part]:
        """Whom to answer, and where: who stands at each level today and since when, in the area's last round; and the
        same children by part of the area."""
        plan = self.plan
        yield Heading(self.say("response"))
        parts = plan.parts
        if len(plan.standing):
            columns = (
                Column("label", self.say("level")),
                *(
                    Column(name, heading, "count")
                    for name, heading in standing_headings(plan.standing, plan.round, self.language).items()
                ),
            )
            due = plan.standing[plan.standing["level"] != self.clear]
            yield TableBlock(
                say("area_standing", self.language), due, columns, say("area_standing_note", self.language)
            )
            parts = plan.standing_parts
        title = say("area_standing", self.language) if len(plan.standing) else self.say("levels", round=self.year)
        yield Chart(
            "level_bars",
            title,
            parts[["name", *self.labels]],
            self.say("levels_alt"),
            words={"name": self.say("area"), **self.labels, **self.withheld},
        )
        levels = tuple(Column(name, label, "count") for name, label in self.labels.items() if name != self.clear)
        yield TableBlock(self.say("parts_caption"), parts, (Column("name", self.say("area")), *levels))

    def by_part(self) -> Iterator[Part]:
        """What stands out in each part; not what is frequent everywhere."""
        above = self.plan.above_by_part
        if len(self.plan.code) >= _SUBDISTRICT:
            return
        yield Heading(self.say("by_part"))
        if above.empty:
            yield Paragraph(self.say("by_part_none"))
            return
        brief = {indicator.number: indicator.brief(self.language) for indicator in self.survey.indicators}
        columns = (above[name].tolist() for name in ("number", "yes", "share", "around"))
        lines = [
            self.say(
                "above_part",
                indicator=brief[number],
                children=self.count(yes),
                share=self.share(share),
                around=self.share(around),
            )
            for number, yes, share, around in zip(*columns, strict=True)
        ]
        by_area = (
            above.assign(indicators=lines)
            .groupby(["area", "name"], sort=False)["indicators"]
            .agg("; ".join)
            .reset_index()
        )
        shown = (Column("name", self.say("area")), Column("indicators", self.say("above")))
        yield TableBlock(
            self.say("by_part_caption"), by_area, shown, self.say("by_part_note", chance=chance_words(self.survey))
        )

    def activities(self) -> Iterator[Part]:
        yield Heading(self.say("activities"))
        activities = self.plan.activities
        if activities.empty:
            yield Paragraph(self.say("activities_none"))
        else:
            yield self.proposals(activities)
        if len(self.plan.idle):
            yield Paragraph(self.say("idle", activities="; ".join(self.plan.idle["activity"])), "note")

    def proposals(self, proposed: pd.DataFrame) -> TableBlock:
        own = proposed["own"].map({True: _OWN, False: ""})
        names = {str(indicator.number): indicator.brief(self.language) for indicator in self.survey.indicators}
        reasons = ["; ".join(names[number] for number in numbers.split(", ")) for numbers in proposed["indicators"]]
        usually = [self.say("usually_by", who=who) for who in proposed["who"]]
        shown = proposed.drop(columns="who").assign(
            activity=own + proposed["activity"] + usually, reasons=reasons, **dict.fromkeys(_TO_FILL, "")
        )
        columns = (
            Column("activity", self.say("activity")),
            Column("reasons", self.say("answers_to")),
            Column("children", self.say("concerned"), "count"),
            *(Column(name, self.say(name)) for name in _TO_FILL),
        )
        return TableBlock(self.say("activities_caption"), shown, columns, self.say("activities_note"))

    def decisions(self) -> Iterator[Part]:
        yield Heading(self.say("decisions"))
        yield BlankLines(self.say("decided"), _DECISIONS)
        yield BlankLines(self.say("next"), 1)
        yield BlankLines(self.say("signed"), 1)

    def quality(self) -> Iterator[Part]:
        plan = self.plan
        yield Heading(self.say("quality"))
        levels = plan.levels.set_index("level")["children"]
        open_ = levels[self.survey.level("open").id]
        yield Paragraph(self.say("quality_open_withheld" if pd.isna(open_) else "quality_open", open=self.count(open_)))
        for sentence in quality_sentences(plan.coverage, plan.previous, self.language):
            yield Paragraph(sentence)
        if len(plan.quality):
            shown = plan.quality.assign(label=plan.quality["number"].astype("str") + " " + plan.quality["name"])
            columns = (
                Column("label", self.say("indicator")),
                Column("unknown", self.say("unknown"), "count"),
                Column("unknown_share", self.say("unknown_share"), "share"),
            )
            limit = f"{self.survey.figures.many_unknown * 100:g}"
            yield TableBlock(self.say("quality_caption", limit=limit), shown, columns)
