"""`cpms country`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cpms_cli.cli.areas.summary_source import counting
from cpms_cli.cli.completing import complete_indicator
from cpms_cli.cli.handing import check_audience, hand_over
from cpms_cli.cli.option_values import year
from cpms_cli.cli.options import Audience, Format, Lang, MemoryLimit, Output, Round, Scores, language
from cpms_cli.cli.telling import Answer, Target, tell
from cpms_cli.datasets.asked import Asked, DatasetSource

Folder = Annotated[Path, typer.Option("--dataset", help="The data set (cpms export dataset).", show_default=False)]
Numbers = Annotated[
    list[str] | None,
    typer.Option(
        "--indicator",
        help="Show this indicator, by number or name; repeat it for several. A file has all.",
        show_default=False,
        autocompletion=complete_indicator,
    ),
]


def country(
    dataset: Folder,
    numbers: Numbers = None,
    scores: Scores = None,
    memory_limit: MemoryLimit = None,
    audience: Audience = None,
    round_: Round = None,
    format_: Format = "text",
    output: Output = None,
    lang: Lang = None,
) -> None:
    """Provinces side by side, from a data set: children, homes, levels, and how often each indicator is yes.

    Provinces without rows of the round are named, and so are rows that lie in the folder and are not the data set's.

    \b
    Examples:
      cpms country --dataset rows
      cpms country --dataset rows --scores rows_scores -o country.xlsx
      cpms country --dataset rows --indicator 13 --indicator 3 --audience ministry
    """
    target, round_year = Target(format_, output), year(round_)
    check_audience(audience, output)
    from cpms_cli import __version__
    from cpms_cli.datasets.country import country_summary
    from cpms_cli.datasets.dataset_workspace import dataset_workspace
    from cpms_cli.datasets.engine import MEMORY
    from cpms_cli.reports.areas.country import show_country
    from cpms_cli.writing.files import check_several

    check_several(output)
    spoken, writes = language(lang), audience is not None
    source, asked = (
        DatasetSource(dataset, scores, memory_limit or MEMORY, __version__),
        Asked(round=round_year, before=False),
    )
    with dataset_workspace(source, asked, language=spoken, writes=writes, watching=counting(spoken)) as workspace:
        summary = country_summary(workspace, round_=round_year, numbers=numbers or ())
        summary, handing = hand_over(workspace, summary, audience)
    answer = Answer(
        summary.tables,
        {"round": summary.round},
        lambda: handing.cells(summary.indicators),
        lambda screen: show_country(screen, summary),
    )
    tell(workspace, handing, answer, target)
