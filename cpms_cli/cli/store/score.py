"""`cpms score`: the store as it is, an earlier run again (`--run`), or two definitions side by side (`--compare`)."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cpms_cli.cli.every_command.next_step import write_and_say
from cpms_cli.cli.option_values import STORE, one_of
from cpms_cli.cli.options import Format, Lang, MemoryLimit, Schemas, Store, language
from cpms_cli.cli.shown_by_default import SHOW, ShowUnlessNamed
from cpms_cli.cli.store import rules_judged
from cpms_cli.cli.store.score_dataset import check_alone, master_of, score_into
from cpms_cli.cli.terminal.window import show_line
from cpms_cli.errors import UsageError
from cpms_cli.writing.output_formats import listed_endings

if TYPE_CHECKING:
    import pandas as pd

    from cpms_cli.survey.model.definition import Language, Survey


FileOrFolder = Annotated[
    Path | None,
    typer.Option(
        "--output",
        "-o",
        help=f"Write a file: {listed_endings('table')}; with --dataset a folder.",
        show_default=False,
    ),
]
app = typer.Typer(
    cls=ShowUnlessNamed, help="Score every child (as cpms score alone does); judge the rules by whom they find."
)
app.command("fairness")(rules_judged.fairness)
app.command("validate")(rules_judged.validate)


@app.callback()
def _group() -> None:
    """Score every child: `cpms score` does it, `fairness` and `validate` judge the rules by whom they find."""


@app.command(SHOW)
def score(
    store: Store = STORE,
    format_: Format = "text",
    output: FileOrFolder = None,
    lang: Lang = None,
    schemas: Schemas = None,
    run: Annotated[
        int | None, typer.Option("--run", help="Make the figures of this run again (cpms history).", show_default=False)
    ] = None,
    compare: Annotated[
        bool, typer.Option("--compare", help="What would change under --schemas; nothing is recorded.")
    ] = False,
    as_defined_in: Annotated[
        str | None,
        typer.Option(
            "--as-defined-in",
            help="By the definition of this round, as 2568, or of this run, as 3.",
            show_default=False,
        ),
    ] = None,
    dataset: Annotated[
        Path | None,
        typer.Option(
            "--dataset", help="Score a data set (cpms export dataset) into the folder -o.", show_default=False
        ),
    ] = None,
    memory_limit: MemoryLimit = None,
    engine: Annotated[str, typer.Option("--engine", help="What scores --dataset: duckdb or spark.")] = "duckdb",
    master: Annotated[
        str | None,
        typer.Option("--master", help="Where Spark is, as spark://HOST:7077; else this computer.", show_default=False),
    ] = None,
) -> None:
    """Score every child in every round: every indicator, the risk level, the highest possible level, and why.

    Each scoring is recorded in the store, with the definition used: cpms history lists them. With --dataset, a data set
    is scored by its own definition, a partition at a time: what is scored already is passed over, and nothing recorded.
    --engine spark lets Apache Spark do it, by the same rules (pip install 'cpms-cli[spark]', and a Java).

    \b
    Examples:
      cpms score --store cpms.duckdb
      cpms score --store cpms.duckdb -o scores.parquet
      cpms score --store cpms.duckdb --run 1
      cpms score show --store cpms.duckdb --as-defined-in 2568
      cpms score --dataset rows -o rows_scores --memory-limit 500MB
      cpms score --dataset rows -o scores --engine spark --master spark://HOST
    """
    one_of(format_)
    if dataset is not None:
        given = {"--schemas": schemas, "--run": run, "--compare": compare or None, "--as-defined-in": as_defined_in}
        for name, value in given.items():
            if value is not None:
                raise UsageError("options_apart", first="--dataset", second=name)
        score_into(dataset, output, memory_limit, master_of(engine, master), language(lang))
        return
    check_alone(memory_limit, engine, master)
    if output is not None:
        from cpms_cli.writing.files import check_writable

        check_writable(output)
    spoken = language(lang)
    if run is not None and (schemas is not None or compare):
        raise UsageError("run_and_others")
    if as_defined_in is not None and (schemas is not None or compare or run is not None):
        raise UsageError("defined_in_and_others")
    if compare:
        _compare(store, schemas, format_, output, spoken)
    elif run is not None:
        _again(store, run, format_, output, spoken)
    else:
        _now(store, _definition(store, schemas, as_defined_in), format_, output, spoken)


def _definition(store: Path, schemas: Path | None, as_defined_in: str | None) -> Survey:
    from cpms_cli.store.definition_of_round import definition_of_round_or_run
    from cpms_cli.store.definitions.definition_in_use import definition_in_use

    if as_defined_in is not None:
        return definition_of_round_or_run(store, as_defined_in)
    return definition_in_use(store, schemas)


def _now(store: Path, survey: Survey, format_: str, output: Path | None, spoken: Language) -> None:
    from cpms_cli import __version__
    from cpms_cli.reports import scores as report
    from cpms_cli.reports.terminal import Screen, open_console
    from cpms_cli.scoring.runs import score_and_record
    from cpms_cli.survey.messages import say

    scored = score_and_record(store, survey, tool_version=__version__)
    if _left_to_show(survey, scored.scores, format_, output, spoken, definition=survey.digest, run=scored.run):
        report.show_scores(Screen(open_console(spoken), survey, spoken), scored.scores)
    error = scored.unrecorded
    if error is not None:
        show_line(say("run_not_recorded", spoken, reason=say(error.message_id, spoken, **error.values)), err=True)
    elif format_ == "text":
        show_line(say("run_recorded", spoken, run=scored.run), err=True)


def _again(store: Path, run: int, format_: str, output: Path | None, spoken: Language) -> None:
    from cpms_cli.reports.files.runs import show_again
    from cpms_cli.reports.terminal import open_console
    from cpms_cli.scoring.runs import score_again
    from cpms_cli.survey.messages import say
    from cpms_cli.writing.files import records

    again = score_again(store, run)
    record = {"run": run, "definition": again.record.definition, "last_batch": again.record.last_batch}
    differences = records(again.differences)
    if _left_to_show(again.survey, again.scores, format_, output, spoken, **record, differences=differences):
        show_again(open_console(spoken), again, spoken)
    elif differences:
        show_line(say("run_differs", spoken, run=run), err=True)


def _left_to_show(
    survey: Survey, scores: pd.DataFrame, format_: str, output: Path | None, spoken: Language, **document: object
) -> bool:
    """Write and print the scores, but for text; return whether the caller is left to show them."""
    from cpms_cli.reports import scores as report
    from cpms_cli.writing.files import csv_text, json_text

    readable = report.readable_scores(survey, scores, spoken) if output is not None or format_ != "text" else scores
    if output is not None:
        write_and_say({"scores": readable}, output, survey, spoken)
    if format_ == "json":
        typer.echo(json_text(report.document({"scores": readable}, **document)))
    elif format_ == "csv":
        typer.echo(csv_text(readable), nl=False)
    return format_ == "text" and output is None


def _compare(store: Path, schemas: Path | None, format_: str, output: Path | None, spoken: Language) -> None:
    from cpms_cli.reports.files.runs import readable_comparison, show_comparison
    from cpms_cli.reports.scores import document
    from cpms_cli.reports.terminal import open_console
    from cpms_cli.scoring.trials.definition_comparison import compare_definitions
    from cpms_cli.survey.messages import say
    from cpms_cli.survey.opening.loading import load_survey
    from cpms_cli.writing.files import csv_text, json_text

    if schemas is None:
        raise UsageError("compare_needs_schemas")
    compared = compare_definitions(store, schemas, language=spoken)
    if output is not None:
        write_and_say(readable_comparison(compared, spoken), output, load_survey(schemas), spoken)
    if format_ == "json":
        digests = {"before": compared.before.digest, "after": compared.after.digest}
        typer.echo(json_text(document(compared.tables, definitions=digests, rows=compared.children)))
    elif format_ == "csv":
        typer.echo(csv_text(compared.changed), nl=False)
    elif output is None:
        folder = f"--schemas {schemas} --store {store}"
        show_comparison(open_console(spoken), compared, spoken, f"cpms score --compare {folder} -o changes.xlsx")
    if format_ == "text":
        show_line(say("compare_only", spoken, folder=schemas, store=store), err=True)
