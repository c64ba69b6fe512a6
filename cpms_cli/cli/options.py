"""Options that several commands share, and what a command works with by them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cpms_cli.cli.completing import complete_area, complete_child, complete_round
from cpms_cli.cli.option_values import STORE, as_typed
from cpms_cli.errors import CpmsError
from cpms_cli.writing.output_formats import listed_endings

if TYPE_CHECKING:
    from cpms_cli.survey.model.definition import Language, Survey
    from cpms_cli.workspace import Workspace

Files = Annotated[
    list[Path],
    typer.Argument(metavar="FILE...", help="Survey files: CSV, workbook, export or bundle.", show_default=False),
]
ChildId = Annotated[
    str,
    typer.Argument(metavar="ID", help="The child's CPMS ID.", show_default=False, autocompletion=complete_child),
]
Store = Annotated[Path, typer.Option("--store", "-s", help="The store, one file.")]
Against = Annotated[
    Path | None,
    typer.Option("--store", "-s", help="Compare with the rounds in this store; it is only read.", show_default=False),
]
Round = Annotated[
    str | None,
    typer.Option(
        "--round",
        help="The survey's year, as 2569 or 2026.",
        show_default=False,
        autocompletion=complete_round,
    ),
]
Lang = Annotated[
    str | None,
    typer.Option("--lang", help="en, th or a translation, as my; else CPMS_LANG, else the locale.", show_default=False),
]
Format = Annotated[str, typer.Option("--format", "-f", help="text, json or csv.")]
TextOrJson = Annotated[str, typer.Option("--format", "-f", help="text or json.")]


def _can_be_written(path: Path | None) -> Path | None:
    """The file itself, refused before anything is read where its ending or its folder is one that nobody writes to: a
    command that shows names is written to the audit log once it has read them."""
    if path is not None:
        from cpms_cli.writing.files import check_writable

        check_writable(path)
    return path


Output = Annotated[
    Path | None,
    typer.Option(
        "--output",
        "-o",
        help=f"Write a file: {listed_endings('table')}.",
        show_default=False,
        callback=_can_be_written,
    ),
]
Schemas = Annotated[Path | None, typer.Option("--schemas", help="A province's own definition.", show_default=False)]
Identified = Annotated[bool, typer.Option("--identified", help="Show names and numbers; written to the audit log.")]
Unmasked = Annotated[bool, typer.Option("--identified", help="Show names, numbers and birth dates, else hidden.")]
Encoding = Annotated[
    str | None,
    typer.Option("--encoding", help="The encoding of a CSV, as cp874; else it is found out.", show_default=False),
]
Map = Annotated[
    Path | None,
    typer.Option("--map", help="Which header is which field: a file that cpms map writes.", show_default=False),
]
Maps = Annotated[
    list[Path] | None,
    typer.Option(
        "--map",
        help="What headers and answers mean: a file that cpms map writes; once for each kind of file.",
        show_default=False,
    ),
]


Village = Annotated[
    str | None,
    typer.Option(
        "--village",
        help="The code of the village of all rows, or of the subdistrict; cpms areas NAME finds it.",
        show_default=False,
    ),
]
Sheets = Annotated[
    list[str] | None,
    typer.Option("--sheet", help="Read this sheet of a workbook only; repeat it for several.", show_default=False),
]
Area = Annotated[
    str | None,
    typer.Option(
        "--area",
        help="Only this province, district, subdistrict or village.",
        show_default=False,
        callback=as_typed,
        autocompletion=complete_area,
    ),
]
By = Annotated[
    list[str] | None,
    typer.Option("--by", help="Break down, as sex, age_group, village; at most two.", show_default=False),
]
Rounds = Annotated[str | None, typer.Option("--rounds", help="First and last round, as 2567:2569.", show_default=False)]
Audience = Annotated[
    str | None,
    typer.Option("--audience", help="Whom to give it to: what could tell of a child is withheld.", show_default=False),
]
Dataset = Annotated[
    Path | None,
    typer.Option("--dataset", help="From a data set (cpms export dataset), not from a store.", show_default=False),
]
Scores = Annotated[
    Path | None,
    typer.Option(
        "--scores", help="The scores of that data set (cpms score --dataset); else worked out.", show_default=False
    ),
]
MemoryLimit = Annotated[
    str | None,
    typer.Option("--memory-limit", help="How much memory --dataset takes, as 500MB; else 2GB.", show_default=False),
]
Why = Annotated[bool, typer.Option("--why", help="Every rule, what is unknown, and what an answer would change.")]
AsOf = Annotated[str | None, typer.Option("--as-of", help="As it was on this date; else today.", show_default=False)]
SHIPPED = "shipped"  # as which the definition that comes with the tool is named


def language(asked: str | None) -> Language:
    """The language of this run; raises UsageError for one that nothing is said in."""
    from cpms_cli.cli.further_languages import language_asked

    return language_asked(asked)


def workspace_of(
    store: Path, schemas: Path | None, lang: str | None, *, identified: bool = False, writes: bool = False
) -> Workspace:
    """Return what this command works with; raises UsageError for a language that nothing is said in."""
    spoken = language(lang)
    from cpms_cli.workspace import Workspace

    return Workspace.from_paths(store, schemas, language=spoken, identified=identified, writes=writes)


def definition_of(context: typer.Context, store: Path, schemas: Path | None) -> Survey:
    """The definition in the folder `schemas`, else the one that a store follows; of a default store that is not there
    yet, the shipped one. `context` tells whether the store was typed.

    Raises UnreadableFile for a store that was named and is not there, and for a file that is none: whoever names it
    wants what it follows, and nothing in its place.
    """
    from cpms_cli.store.access.birth import is_unborn
    from cpms_cli.store.definitions.definition_in_use import definition_in_use
    from cpms_cli.store.file import open_store

    survey = definition_in_use(store, schemas)
    source = context.get_parameter_source("store")
    is_named = source is not None and source.name == "COMMANDLINE" and store != STORE
    if is_named or (schemas is None and not is_unborn(store)):
        with open_store(store, survey):
            pass
    return survey


def followed_definition() -> Survey | None:
    """The definition of the store that commands take where none is named, if there is one and it follows its own."""
    if not STORE.is_file():
        return None
    from cpms_cli.store.definitions.definition_in_use import definition_in_use
    from cpms_cli.survey.opening.loading import load_survey

    try:
        survey = definition_in_use(STORE)
    except CpmsError:
        return None  # what is wrong with the store is said when it is worked with
    return None if survey.digest == load_survey().digest else survey
