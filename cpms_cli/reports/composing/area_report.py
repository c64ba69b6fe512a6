"""The report of a community or a province: counts and shares, in charts and tables; never a child."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator
from pathlib import Path

import pandas as pd

from cpms_cli.disclosure.cells.joined_answers import JOINED, joined_rows
from cpms_cli.disclosure.release.area_release import published_area
from cpms_cli.reports.areas.shares import quality_sentences
from cpms_cli.reports.areas.standing import standing_blocks
from cpms_cli.reports.charts.area_map import map_chart, withheld_cells
from cpms_cli.reports.charts.chart_style import per_cent
from cpms_cli.reports.composing.area_response import high_migration, published_high_migration, response_table
from cpms_cli.reports.documents.document import (
    Bullets,
    Chart,
    Column,
    Document,
    Heading,
    Paragraph,
    Part,
    TableBlock,
    mostly,
)
from cpms_cli.summaries.area.area_figures import GROWN, NOT_SEEN, AreaFigures, figures_of, severe_levels
from cpms_cli.summaries.area.areas import parts_width
from cpms_cli.summaries.area.shares import area_name
from cpms_cli.summaries.area.standing_counts import standing_counts
from cpms_cli.summaries.child.standing_today import create_stood
from cpms_cli.summaries.migration.area_migration import migration_of
from cpms_cli.summaries.migration.migration_groups import breakdown
from cpms_cli.summaries.response.response_counts import responses_of
from cpms_cli.summaries.scope import scope_of
from cpms_cli.survey.era import shown_year
from cpms_cli.survey.messages import say
from cpms_cli.survey.model.definition import Language, Survey
from cpms_cli.workspace import Workspace

_NAMED_IN_ALT = 3
_NO_BREAK = "\u00a0"


def report_area(
    store: str | Path,
    code: str,
    *,
    round_: int | None = None,
    shade: str | None = None,
    audience: str | None = "public",
    language: Language = "en",
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
    with Workspace.from_paths(store, schemas, language=language, writes=audience is not None) as workspace:
        return compose_area_report(workspace, code, round_=round_, shade=shade, audience=audience, tell=tell)


def compose_area_report(
    workspace: Workspace,
    code: str,
    *,
    round_: int | None = None,
    shade: str | None = None,
    audience: str | None = "public",
    tell: Callable[[str], None] | None = None,
) -> Document:
    """As `report_area`, in a workspace, which must write where there is an audience."""
    survey, language = workspace.survey, workspace.language
    if audience is None:
        return _office_report(workspace, code, round_, shade)
    published = published_area(workspace, code, round_=round_, audience=audience)
    if tell is not None and published.warning is not None:
        tell(published.warning)
    figures, notes = published.figures, (*published.notes, say("report_only_internal", language))
    marked = published_high_migration(survey, figures, language)
    return _Report(survey, figures, language).document(shade, (), marked, notes)


def _office_report(workspace: Workspace, code: str, round_: int | None, shade: str | None) -> Document:
    """Return the report for the office alone: nothing withheld, and with what no other report has.

    That is who stands at which level today, and what became of the responses that were due.
    """
    survey, language, today = workspace.survey, workspace.language, datetime.date.today()
    area_name(survey, code, language)
    connection = workspace.profiled()
    scope = scope_of(connection, survey, code, round_, language)
    figures = figures_of(connection, survey, code, round_, language)
    create_stood(connection, survey, today)
    standing = standing_counts(connection, survey, scope, parts_width(code), language)
    responses = responses_of(connection, survey, code, today, (), language)
    migration = migration_of(connection, survey, scope, breakdown(survey, code, ()), language)
    inside = (
        *standing_blocks(survey, *standing, figures.round, language),
        response_table(responses, language),
    )
    marked, notes = high_migration(migration.measures, language), (say("report_internal", language),)
    return _Report(survey, figures, language, standing[0]).document(shade, inside, marked, notes)


def _count(value: object, language: Language) -> str:
    return say("not_published", language) if pd.isna(value) else f"{int(value):,}"  # type: ignore[call-overload]


def _withholds(part: Part) -> bool:
    """Whether something in a part is withheld: then a note says what that means, and only then."""
    if isinstance(part, TableBlock):
        counts = [column.name for column in part.columns if column.kind == "count"]
        return bool(part.frame[counts].isna().to_numpy().any())
    if not isinstance(part, Chart):
        return False
    return bool(part.withheld) or (part.shape == "level_bars" and bool(part.frame.isna().to_numpy().any()))


class _Report:
    """One report being put together from its figures."""

    def __init__(
        self, survey: Survey, figures: AreaFigures, language: Language, standing: pd.DataFrame | None = None
    ) -> None:
        self.standing = pd.DataFrame() if standing is None else standing
        self.survey, self.figures, self.language = survey, figures, language
        self.year = shown_year(figures.round, language)
        self.previous = shown_year(figures.previous, language) if figures.previous is not None else ""
        self.confidence = f"{survey.figures.confidence * 100:.0f}"
        self.withheld = {"not_published": self.say("not_published"), "withheld": self.say("report_withheld")}

    def say(self, message_id: str, **values: object) -> str:
        """A sentence in the report's language."""
        return say(message_id, self.language, **values)

    def document(
        self, shade: str | None, responses: tuple[Part, ...], marked: tuple[Part, ...], privacy: tuple[str, ...]
    ) -> Document:
        """All sections, in reading order; one without figures is left out."""
        parts = [
            *self.key(),
            *self.levels(),
            *self.indicators(),
            *self.parts(shade),
            *self.flow(),
            *self.shares("migration", self.figures.migration, ("yes", "no")),
            *marked,
            *self.shares("rights", self.figures.rights, ("has", "lacks")),
            *self.response(),
            *responses,
        ]
        meaning = (self.say("report_note_withheld"),) if any(map(_withholds, parts)) else ()
        names = ("report_note_interval", "report_note_made")
        notes = (*meaning, *privacy, *(self.say(name, confidence=self.confidence) for name in names))
        title = self.say("report_title", name=self.figures.name)
        subtitle = self.say("report_subtitle", round=self.year, code=self.figures.code)
        return Document(title, subtitle, self.language, tuple(parts), notes)

    def key(self) -> Iterator[Part]:
        """How many children and homes, and how many children at each level that demands a response; for the office also
        how many stand there today."""
        yield Heading(self.say("report_key"))
        children = self.figures.children
        yield Paragraph(self.say("report_key_children", count=_count(children, self.language)), "key")
        yield Paragraph(self.say("report_key_households", count=_count(self.figures.households, self.language)), "key")
        severe = {level.id for level in severe_levels(self.survey)}
        rows = self.figures.response[self.figures.response["level"].isin(severe)]
        for label, count in zip(rows["label"], rows["children"], strict=True):
            share = None if pd.isna(count) or not children else per_cent(count / children)
            message = "report_key_level" if share is None else "report_key_level_share"
            if pd.isna(count):
                message = "report_key_withheld"
            shown = _count(count, self.language)
            share = (share or "").replace(" ", _NO_BREAK)
            yield Paragraph(self.say(message, level=label, count=shown, share=share), "key")
        for row in self.standing[self.standing["level"].isin(severe)].to_dict("records") if len(self.standing) else ():
            values = {str(name): value for name, value in row.items()}
            yield Paragraph(self.say("report_key_standing", round=self.year, **values), "key")
        yield from self.quality()

    def quality(self) -> Iterator[Part]:
        """How many households were visited, and which children were not seen again; published, only about how many."""
        for sentence in quality_sentences(self.figures.quality, self.figures.previous, self.language):
            yield Paragraph(sentence)

    def levels(self) -> Iterator[Part]:
        """Children by level, a bar for each round; and for how many a level is open."""
        yield Heading(self.say("report_levels"))
        labels = {level.id: level.label.in_(self.language) for level in self.survey.levels}
        years = [shown_year(int(year), self.language) for year in self.figures.levels["round"]]
        frame = self.figures.levels.assign(round=years)
        last = frame.iloc[-1]
        text = ", ".join(self.counted(label, last[level]) for level, label in labels.items())
        words = {"round": self.say("col_round"), **labels, **self.withheld}
        alt = self.say("report_levels_alt", round=self.year, told=text)
        yield Chart("level_bars", self.say("report_levels_chart"), frame, alt, words=words)
        could_be = self.figures.response[self.figures.response["could_be"].fillna(1) > 0]
        if not could_be.empty:
            could = ", ".join(map(self.counted, could_be["label"], could_be["could_be"]))
            yield Paragraph(self.say("report_could_be", told=could), "note")

    def counted(self, level: str, count: object) -> str:
        """A level and how many children are at it, or that it is not published how many."""
        message = "report_level_withheld" if pd.isna(count) else "report_level_told"  # type: ignore[call-overload]
        return self.say(message, level=level, count=_count(count, self.language))

    def indicators(self) -> Iterator[Part]:
        """Each indicator, highest share first."""
        yield Heading(self.say("report_indicators"))
        frame = self.figures.indicators.sort_values("share", ascending=False, kind="stable", na_position="last")
        yield from self.bars("indicators", frame, ("yes", "no"))

    def shares(self, name: str, frame: pd.DataFrame, answers: tuple[str, str]) -> Iterator[Part]:
        """A section of shares with intervals: rights, migration."""
        if frame.empty:
            return
        yield Heading(self.say(f"report_{name}"))
        yield from self.bars(name, frame, answers)

    def bars(self, name: str, frame: pd.DataFrame, answers: tuple[str, str]) -> Iterator[Part]:
        """A chart of shares and the table that it is drawn from."""
        title = self.say(f"report_{name}_chart")
        marks = frame["marked"].fillna(False).map({True: " *", False: ""})
        joined = joined_rows(frame) | joined_rows(frame, "yes")
        together = joined.map({True: f" {self.say('joined_mark')}", False: ""})
        frame = frame.assign(label=frame["label"] + marks + together).reset_index(drop=True)
        note = self.say(
            "report_bars_note" if self.previous else "report_bars_note_first",
            confidence=self.confidence,
            previous=self.previous,
        )
        if (marks != "").any():
            limit = f"{self.survey.figures.many_unknown * 100:.0f}"
            note = f"{note} {self.say('report_marked', limit=limit)}"
        most = frame.dropna(subset=["share"]).nlargest(_NAMED_IN_ALT, "share")
        text = "; ".join(
            f"{label} {per_cent(share)}" for label, share in zip(most["label"], most["share"], strict=True)
        )
        shown = frame[["label", "share", "low", "high", *self.before()]]
        words = {
            "label": self.say(f"report_{name}"),
            "share": self.say("col_share"),
            "low": self.say("report_col_low"),
            "high": self.say("report_col_high"),
            **self.before(),
            **self.withheld,
        }
        made = frame["yes"].mask(frame["no"].isna() & ~joined_rows(frame))
        withheld = withheld_cells(made.to_frame("share"))
        if len(withheld) < len(frame):
            yield Chart(
                "indicator_bars", title, shown, self.say("report_bars_alt", told=text or "–"), note, words, withheld
            )
        headings = [
            self.say(f"col_{answer}" if answer in ("yes", "no") else f"report_col_{answer}") for answer in answers
        ]
        columns = [
            Column("label", self.say(f"report_{name}")),
            Column("yes", headings[0], "count"),
            Column("no", headings[1], "count"),
            Column("unknown", self.say("col_unknown"), "count"),
            Column("not_applicable", self.say("col_na"), "count"),
            *(Column(joined, self.say(f"column_{joined}"), "count") for joined in JOINED.values() if joined in frame),
            Column("share", words["share"], "share"),
            Column("low", words["low"], "share"),
            Column("high", words["high"], "share"),
        ]
        columns += [Column("before", words["before"], "share")] if self.previous else []
        yield TableBlock(self.say("report_figures", title=title), frame, tuple(columns))
        if mostly(len(withheld), len(frame)):
            names = "; ".join(str(frame["label"].iat[row]) for row, _ in sorted(withheld))
            yield Paragraph(self.say("report_bars_withheld", count=len(withheld), all=len(frame), names=names), "note")

    def before(self) -> dict[str, str]:
        """The heading of the round before, where there is one."""
        return {"before": self.say("report_col_before", previous=self.previous)} if self.previous else {}

    def parts(self, shade: str | None) -> Iterator[Part]:
        """A map, how many children each part has, and a heat map of parts by indicator."""
        figures = self.figures
        if figures.parts.empty:
            return
        yield Heading(self.say("report_parts"))
        severe = self.say("report_and").join(level.label.in_(self.language) for level in severe_levels(self.survey))
        columns = [
            Column("area", self.say("col_area")),
            Column("label", self.say("report_col_name")),
            Column("children", self.say("col_children"), "count"),
            Column("severe", severe, "count"),
            Column("share", self.say("col_share"), "share"),
        ]
        frame, caption = figures.parts, self.say("report_map_severe", levels=severe)
        if len(figures.code) < 6:
            drawn = map_chart(self.survey, figures, shade, self.language)
            yield drawn
            if shade is not None:
                frame = frame.assign(shaded=frame["area"].map(drawn.frame.set_index("area")["share"]))
                columns.append(Column("shaded", drawn.title, "share"))
            caption = self.say("report_figures", title=drawn.title)
        yield TableBlock(caption, frame, tuple(columns))
        names = {
            str(indicator.number): f"{indicator.number} {indicator.name.in_(self.language)}"
            for indicator in self.survey.indicators
        }
        withheld = withheld_cells(figures.heat_counts[list(names)])
        if mostly(len(withheld), len(figures.heat) * len(names)):
            yield from self.few_shares(names, len(withheld))
            return
        words = {"label": self.say("col_area"), "no_data": self.say("report_no_data"), **self.withheld, **names}
        alt = self.say("report_heat_alt", count=len(figures.heat))
        yield Chart(
            "heat_map",
            self.say("report_heat_chart"),
            figures.heat[["label", *names]],
            alt,
            self.say("report_heat_note"),
            words,
            withheld,
        )

    def few_shares(self, names: dict[str, str], withheld: int) -> Iterator[Part]:
        """Instead of a heat map of which most is withheld: how much is, and what is published, area by area."""
        heat = self.figures.heat
        yield Paragraph(self.say("report_heat_withheld", count=withheld, all=len(heat) * len(names)))
        lines = []
        for area, *shares in zip(heat["label"], *(heat[name] for name in names), strict=True):
            known = {name: share for name, share in zip(names.values(), shares, strict=True) if pd.notna(share)}
            most = sorted(known.items(), key=lambda entry: -entry[1])
            text = "; ".join(f"{name} {per_cent(share)}".replace(" %", f"{_NO_BREAK}%") for name, share in most)
            if text:
                lines.append(self.say("report_high_line", area=area, measures=text))
        if lines:
            yield Bullets(tuple(lines))

    def flow(self) -> Iterator[Part]:
        """How children moved between levels since the round before."""
        flow = self.figures.flow
        if flow.empty:
            return
        labels = {level.id: level.label.in_(self.language) for level in self.survey.levels}
        both = flow[flow["from_level"].isin(labels) & flow["to_level"].isin(labels)]
        labels |= {NOT_SEEN: self.say("report_not_seen"), GROWN: self.say("move_reached_18")}
        same = both[both["from_level"] == both["to_level"]]
        sums = [_count(value["children"].sum(skipna=False), self.language) for value in (same, both)]
        order = pd.CategoricalDtype(list(labels.values()), ordered=True)
        ordered = flow.assign(**{side: flow[side].map(labels).astype(order) for side in ("from_level", "to_level")})
        ordered = ordered.sort_values(["from_level", "to_level"], ignore_index=True)
        words = {
            "from_level": self.say("report_col_from", round=self.previous),
            "children": self.say("col_children"),
            "to_level": self.say("report_col_from", round=self.year),
            **self.withheld,
        }
        yield Heading(self.say("report_flow"))
        title = self.say("report_flow_chart", first=self.previous, last=self.year)
        alt = self.say("report_flow_alt", same=sums[0], both=sums[1])
        note = self.say("report_flow_note")
        withheld = int(flow["children"].isna().sum())
        if withheld:
            message = "report_flow_left_out" if mostly(withheld, len(flow)) else "report_flow_withheld"
            note = f"{note} {self.say(message, count=withheld, all=len(flow))}"
        if withheld < len(flow):
            yield Chart("level_flow", title, ordered, alt, note, words)
        yield self.flow_table(title, flow, labels)

    def flow_table(self, title: str, flow: pd.DataFrame, labels: dict[str, str]) -> TableBlock:
        """The same, a row for each level before and a column for each level now."""
        cells = flow.assign(children=flow["children"].astype("Int64")).pivot(
            index="from_level", columns="to_level", values="children"
        )
        # What has no row is no child; what has one and is missing is withheld.
        seen = flow.assign(children=1).pivot(index="from_level", columns="to_level", values="children")
        before = {level: label for level, label in labels.items() if level != GROWN}
        cells = cells.mask(seen.isna(), 0).reindex(index=list(before), columns=list(labels), fill_value=0)
        frame = cells.reset_index(drop=True).assign(label=list(before.values()))
        columns = (
            Column("label", self.say("report_flow_corner", first=self.previous, last=self.year)),
            *(Column(level, label, "count") for level, label in labels.items()),
        )
        return TableBlock(self.say("report_figures", title=title), frame, columns)

    def response(self) -> Iterator[Part]:
        """What each level demands and by when, for how many."""
        yield Heading(self.say("report_response"))
        by_id = {level.id: level for level in self.survey.levels}
        frame = self.figures.response.assign(
            response=[by_id[level].response.in_(self.language) for level in self.figures.response["level"]],
            due=[by_id[level].due.in_(self.language) for level in self.figures.response["level"]],
        )
        columns = (
            Column("label", self.say("col_level")),
            Column("children", self.say("col_children"), "count"),
            Column("could_be", self.say("col_could_be"), "count"),
            Column("response", self.say("col_response")),
            Column("due", self.say("col_due")),
        )
        yield TableBlock(self.say("report_response_caption"), frame, columns, self.say("report_counts_only"))
