"""What a run did, in sentences for people and as a document for scripts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from cpms_cli.office.inbox.taking_in import sums
from cpms_cli.office.office_run import Run
from cpms_cli.survey.messages import say
from cpms_cli.survey.model.definition import Language


def document(run: Run) -> dict[str, Any]:
    """The JSON document of a run."""
    return {
        "schema_version": 1,
        "exit_code": run.exit_code,
        "error": None,
        "dry_run": run.dry,
        "changed": run.changed,
        "store": str(run.office.store),
        "folder": str(run.folder) if run.folder else None,
        "page": str(run.page) if run.page else None,
        "counts": sums(run.files),
        "files": [asdict(outcome) for outcome in run.files],
        "outputs": [asdict(written) for written in run.outputs],
    }


def run_lines(run: Run, language: Language) -> Iterator[str]:
    """What is said at the end of a run, a sentence a line."""
    to_mend = [outcome for outcome in run.files if outcome.exit_code]
    counts = {"files": len(run.files), "new": sum(outcome.state in ("stored", "responses") for outcome in run.files)}
    if run.dry:
        yield say("office_dry", language, planned=sum(outcome.state == "planned" for outcome in run.files))
        return
    if not run.changed:
        yield say("office_nothing_new", language, count=len(run.files))
    else:
        yield say("office_run_sum", language, to_mend=len(to_mend), **counts)
    if run.page is not None:
        yield say("office_open_first", language, page=run.page)
