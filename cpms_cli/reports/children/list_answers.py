"""What became of the answers that were written on a list, for people and for scripts."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from cpms_cli.checking.validation import Validation
from cpms_cli.merging.today_answers import AnswersRead
from cpms_cli.reports.files.validation import show_findings
from cpms_cli.reports.terminal import Screen
from cpms_cli.survey.messages import say


def show_answers(screen: Screen, read: AnswersRead) -> None:
    """Print what became of the answers on a list: each that was refused with its cell, value and mend; the counts."""
    console, language = screen.console, screen.language
    for refused in read.refused:
        console.print(say("today_refused", language, **asdict(refused)))
    counts = {name: getattr(read, name) for name in ("answers", "stored", "unchanged", "set_aside")}
    console.print(say("today_answers_sum", language, **counts, refused=len(read.refused)))
    if read.merged is not None and read.merged.quarantine is not None:
        validation = Validation(screen.survey, read.merged.tables, read.merged.findings, read.answers, read.set_aside)
        show_findings(console, screen.survey, validation, language)
        console.print(say("merge_set_aside", language, file=read.merged.quarantine))


def answers_record(read: AnswersRead) -> dict[str, Any]:
    """What became of the answers, for scripts."""
    merged = read.merged
    return {
        **{name: getattr(read, name) for name in ("answers", "stored", "unchanged", "set_aside")},
        "refused": [asdict(refused) for refused in read.refused],
        "quarantine": str(merged.quarantine) if merged is not None and merged.quarantine else None,
    }
