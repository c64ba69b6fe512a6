"""How well rounds are linked, for people at a terminal and for scripts."""

from __future__ import annotations

from typing import Any

from rich.console import Console

from cpms_cli.linking.link_quality import GROUPINGS, LEAST, LinkReport
from cpms_cli.reports.terminal import Layout, show_table
from cpms_cli.survey.messages import say
from cpms_cli.survey.model.definition import Language
from cpms_cli.writing.files import records

_COLUMNS = {
    "label": "col_group",
    "rows": "col_rows_linkable",
    "link_rate": "col_link_rate",
    "doubtful_rate": "col_doubtful_rate",
    "wrong_links": "col_wrong_links",
    "missed_links": "col_missed_links",
}


def document(report: LinkReport, exit_code: int) -> dict[str, Any]:
    """The JSON document of a link report."""
    return {
        "schema_version": 1,
        "exit_code": exit_code,
        "error": None,
        "groups": records(report.groups),
        "gaps": records(report.gaps),
    }


def show(console: Console, report: LinkReport, limit: float, language: Language) -> None:
    """Print a table for each round and grouping, then the gaps."""
    if report.groups.empty:
        console.print(say("link_one_round", language))
        return
    headings = {name: say(message, language) for name, message in _COLUMNS.items()}
    for round_ in sorted(report.groups["round"].unique()):
        for grouping in (grouping for grouping in GROUPINGS if (report.groups["grouping"] == grouping).any()):
            part = report.groups[(report.groups["round"] == round_) & (report.groups["grouping"] == grouping)]
            title = say("link_title", language, round=round_, group=say(f"by_{grouping}", language))
            show_table(
                console,
                part,
                headings,
                Layout(right=("rows", "wrong_links", "missed_links"), percent=("link_rate", "doubtful_rate")),
                title=title,
            )
    for gap in report.gaps.to_dict("records"):
        values = {str(name): value for name, value in gap.items()} | {"group": say(f"by_{gap['grouping']}", language)}
        console.print(say("link_gap", language, **values))
    if report.gaps.empty:
        console.print(say("link_even", language, limit=f"{limit:g}"))
    console.print(say("link_small", language, least=LEAST))
