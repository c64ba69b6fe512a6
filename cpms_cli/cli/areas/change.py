"""What `--rounds` asks of a summary: change over a span of rounds instead of one round's figures."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from cpms_cli.cli.option_values import years
from cpms_cli.cli.telling import Answer, Target, tell
from cpms_cli.errors import UsageError

if TYPE_CHECKING:
    from cpms_cli.reports.terminal import Screen
    from cpms_cli.summaries.scope import OverRounds
    from cpms_cli.workspace import Workspace


def span_asked(rounds: str | None, round_: str | None = None, **of_one_round: object) -> tuple[int, int] | None:
    """First and last round of `--rounds`, None where it is not given.

    `of_one_round` are options, by name, that mean something in one round only. Raises UsageError where the span is not
    two years, or where one of them or `--round` is given as well.
    """
    if rounds is None:
        return None
    if round_ is not None:
        raise UsageError("round_and_rounds")
    given = [f"--{name}" for name, value in of_one_round.items() if value]
    if given:
        raise UsageError("list_of_one_round", options=", ".join(given))
    span = years(rounds)
    if span is None or span[0] == span[1]:
        raise UsageError("bad_rounds", rounds=rounds)
    return span


def tell_change(
    workspace: Workspace, summary: OverRounds, csv: str, show: Callable[[Screen], None], target: Target
) -> None:
    """Write a summary over rounds to the file, and print it: as JSON, its table `csv` as CSV, or what `show` prints."""
    from cpms_cli.reports.areas.handed import for_the_office

    handing = for_the_office(workspace, summary, "office_only_rounds")
    tell(workspace, handing, Answer(summary.tables, summary.about(), lambda: summary.tables[csv], show), target)
