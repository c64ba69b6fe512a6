"""`cpms child dispute`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cpms_cli.cli.option_values import STORE, day, one_of, year
from cpms_cli.cli.options import ChildId, Lang, Round, Schemas, Store, TextOrJson, language
from cpms_cli.cli.terminal.window import show_line
from cpms_cli.writing.output_formats import TEXT_OR_JSON

LEVELS = ("level", "level_without", "highest_without")
Question = Annotated[str, typer.Option("--field", help="The question: its name or its label.", show_default=False)]
By = Annotated[str, typer.Option("--by", help="Who says so, as the mother; or who settled it.", show_default=False)]
Reason = Annotated[str, typer.Option("--reason", help="What is wrong; or how it was settled.", show_default=False)]
Date = Annotated[str | None, typer.Option("--date", help="On which day; else today.", show_default=False)]
Close = Annotated[bool, typer.Option("--close", help="It is settled: the answer was asked again.")]


def dispute(
    identifier: ChildId,
    field: Question,
    by: By,
    reason: Reason,
    round_: Round = None,
    date: Date = None,
    close: Close = False,
    store: Store = STORE,
    format_: TextOrJson = "text",
    lang: Lang = None,
    schemas: Schemas = None,
) -> None:
    """Write down beside an answer that the family says it is wrong. The answer itself stays as it is.

    `cpms child ID` shows the level with and without it, and `cpms today` asks again until it is answered in a later
    round, otherwise, or --close settles it. `cpms undo` takes it back.

    \b
    Examples:
      cpms child dispute ID --field drugs --by mother --reason "not she"
      cpms child dispute ID --field drugs --close --by W1 --reason "asked"
    """
    one_of(format_, TEXT_OR_JSON)
    spoken, round_year, on = language(lang), year(round_), day(date)
    from cpms_cli import __version__
    from cpms_cli.merging.disputing import dispute_answer, settle_disputes
    from cpms_cli.store.definitions.definition_in_use import definition_in_use
    from cpms_cli.survey.messages import say
    from cpms_cli.writing.files import json_text

    # First: once it is stored, another program may hold the store.
    survey = definition_in_use(store, schemas)
    write = settle_disputes if close else dispute_answer
    done = write(
        store,
        identifier,
        field,
        by=by,
        reason=reason,
        round_=round_year,
        day=on,
        schemas=schemas,
        tool_version=__version__,
    )
    levels = () if close or done.batch is None else _levels(store, schemas, done.identifier, done.batch)
    if format_ == "json":
        about = {"cpms_id": done.identifier, "field": done.field, "round": done.round, "count": done.count}
        document = {"schema_version": 1, "exit_code": 0, "error": None, **about, "batch": done.batch}
        typer.echo(json_text({**document, **dict(zip(LEVELS, levels, strict=False))}))
        return
    if done.batch is None:
        show_line(say("dispute_known", spoken))
        return
    from cpms_cli.survey.era import shown_year

    words = {"id": done.identifier, "question": survey.fields[done.field].label.in_(spoken), "batch": done.batch}
    if close:
        show_line(say("dispute_closed", spoken, count=done.count, **words))
        return
    show_line(say("dispute_written", spoken, round=shown_year(done.round, spoken), **words))
    labels = {level.id: level.label.in_(spoken) for level in survey.levels}
    level, without, highest = (labels[name] for name in levels)
    message = "dispute_level" if without == highest else "dispute_level_up_to"
    show_line(say(message, spoken, level=level, without=without, highest=highest))


def _levels(store: Path, schemas: Path | None, person: str, batch: int) -> tuple[str, ...]:
    """The level of the round of what was written down now, with the answer and without it."""
    from cpms_cli.scoring.explanations import Explainer
    from cpms_cli.summaries.child.child_disputes import child_disputes
    from cpms_cli.survey.language import FALLBACK
    from cpms_cli.workspace import Workspace

    with Workspace.from_paths(store, schemas) as workspace:
        explainer = Explainer(workspace.survey, FALLBACK)
        disputes = child_disputes(workspace.scored(), explainer, person, identified=False)
    own = disputes[disputes["batch_id"] == batch].iloc[-1]
    return tuple(str(own[name]) for name in LEVELS)
