"""The leading indicators by sex, age and nationality, each group beside the other children; for the office alone.

These counts are small: what is given away has them from `cpms indicator --by`, through disclosure control.
"""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from cpms_cli.reports.charts.chart_style import per_cent
from cpms_cli.reports.charts.distance_shades import distance_sign
from cpms_cli.reports.composing.area.area_context import AreaContext
from cpms_cli.reports.document import Column, Heading, Part, TableBlock
from cpms_cli.reports.documents.document_cells import NOT_COMPUTED
from cpms_cli.summaries.counts.comparison import beside_rest, distance_class
from cpms_cli.survey.speech.numbers import shown_count, shown_number


def group_parts(context: AreaContext, by_group: pd.DataFrame) -> Iterator[Part]:
    """Yield a table with a row for each group of children and a column for each leading indicator; nothing where no
    indicator leads. `by_group` as `grouped_answers.leading_by_group`."""
    if by_group.empty:
        return
    compared = _compared(context, by_group)
    brief = {indicator.column: indicator.brief(context.language) for indicator in context.survey.indicators}
    items = list(dict.fromkeys(compared["item"]))
    keys = ["kind", "label", "children"]
    wide = compared.pivot(index=keys, columns="item", values="words").reindex(
        pd.MultiIndex.from_frame(compared[keys].drop_duplicates())
    )
    frame = wide.fillna(NOT_COMPUTED).reset_index()
    frame["label"] = frame["kind"] + ": " + frame["label"]
    columns = (
        Column("label", context.say("report_group")),
        Column("children", context.say("col_children"), "count"),
        *(Column(item, brief[item]) for item in items),
    )
    yield Heading(context.say("report_groups"), 3)
    finding = _finding(context, compared, brief)
    yield TableBlock(finding, frame[["label", "children", *items]], columns, context.say("report_groups_note"))


def _compared(context: AreaContext, by_group: pd.DataFrame) -> pd.DataFrame:
    """The answers of groups with where each stands beside the other children, and its cell in words."""
    figures = context.survey.figures
    whole = context.figures.indicators.set_index("item")[["yes", "no"]].astype("float64").to_dict("index")
    tables = []
    for item, counts in by_group.groupby("item", sort=False):
        yes, no = (whole[str(item)][answer] for answer in ("yes", "no"))
        beside = beside_rest(counts.assign(known=counts["yes"] + counts["no"]), yes, yes + no, figures.confidence)
        classes = distance_class(beside, figures.far)
        words = [
            _cell(context, share, yes_count, place)
            for share, yes_count, place in zip(beside["share"], counts["yes"], classes, strict=True)
        ]
        tables.append(counts.assign(around=beside["around"], apart=classes, share=beside["share"], words=words))
    return pd.concat(tables, ignore_index=True)


def _cell(context: AreaContext, share: float, yes: int, place: float) -> str:
    """A share with the count behind it, and a sign where it is above or below the others by more than chance."""
    if pd.isna(share):
        return NOT_COMPUTED
    figure = shown_number(f"{share * 100:.1f}", context.language)
    sign = "" if pd.isna(place) else distance_sign(int(place))
    return f"{figure} ({shown_count(yes, context.language)}) {sign}".strip()


def _finding(context: AreaContext, compared: pd.DataFrame, brief: dict[str, str]) -> str:
    """Which group lies farthest above the other children, in a sentence; where none does, that.

    A single child makes no title where several of another group lie above. That children of another nationality are
    not Thai is no finding: circumstances are left to the table.
    """
    dangers = {indicator.column for indicator in context.survey.indicators if not indicator.circumstance}
    above = compared[compared["apart"].ge(1).fillna(False) & compared["item"].isin(dangers)]
    if above.empty:
        return context.say("report_groups_like")
    several = above[above["yes"] >= context.survey.privacy.threshold]
    above = above if several.empty else several
    row = above.assign(distance=above["share"] - above["around"]).nlargest(1, "distance").iloc[0]
    return context.say(
        "report_groups_finding",
        group=f"{row['kind']} {row['label']}",
        indicator=brief[str(row["item"])],
        share=per_cent(row["share"], context.language),
        around=per_cent(row["around"], context.language),
    )
