"""`cpms samples`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cpms_cli.cli.option_values import year
from cpms_cli.cli.options import Lang, Schemas, language
from cpms_cli.cli.terminal.window import show_line
from cpms_cli.errors import UsageError
from cpms_cli.survey.language import Language

Folder = Annotated[Path, typer.Argument(metavar="FOLDER", help="A new or empty folder.", show_default=False)]
Subdistricts = Annotated[
    list[str] | None,
    typer.Option(
        "--subdistrict",
        help="A subdistrict's code; may be repeated. Default: Pak Nam, Ranong; with --schemas its first.",
    ),
]
Rounds = Annotated[str, typer.Option("--rounds", help="The years, first to last.")]
Children = Annotated[
    int, typer.Option("--children", min=1, max=1_000_000, help="About how many children in the first round.")
]
Seed = Annotated[int, typer.Option("--seed", help="The same seed gives the same files.")]
Hard = Annotated[
    bool, typer.Option("--hard", help="As hard to link as can be: many names, few IDs, moves, other spellings, slips.")
]
Clean = Annotated[bool, typer.Option("--clean", help="Leave out the mistakes that people make.")]


def samples(
    folder: Folder,
    subdistrict: Subdistricts = None,
    rounds: Rounds = "2567:2569",
    children: Children = 300,
    seed: Seed = 2569,
    clean: Clean = False,
    hard: Hard = False,
    lang: Lang = None,
    schemas: Schemas = None,
) -> None:
    """Write synthetic rounds of named subdistricts, one file a year, with a truth file that says who is who.

    Every name and number is invented; no national ID can belong to a real person.

    With --schemas, rows of that definition: each answer is drawn by itself from its list and limits, and asked as the
    definition says. There are no families, no mistakes and no truth in them: --hard and --clean are of no use there.

    \b
    Examples:
      cpms samples practice
      cpms samples more --subdistrict 850302 --children 50 --seed 7
      cpms samples ours --schemas our_rules --children 100
    """
    spoken = language(lang)
    first, _, last = rounds.partition(":")
    start, end = year(first), year(last or first)
    if start is None or end is None or end < start:
        raise UsageError("bad_round", round=rounds)
    if schemas is not None:
        _of_definition(folder, schemas, subdistrict or [], (range(start, end + 1), children, seed), spoken)
        return
    from cpms_cli.samples.difficulties import HARD, USUAL
    from cpms_cli.samples.file_layouts import write_samples
    from cpms_cli.survey.messages import say

    written = write_samples(
        folder,
        subdistrict or ["850105"],
        range(start, end + 1),
        children,
        seed,
        mistakes=not clean,
        difficulties=HARD if hard else USUAL,
    )
    show_line(say("samples_sum", spoken, count=len(written), folder=folder))


def _of_definition(
    folder: Path, schemas: Path, subdistricts: list[str], drawn: tuple[range, int, int], spoken: Language
) -> None:
    from cpms_cli.samples.any_definition import write_drawn_rounds
    from cpms_cli.survey.messages import say

    years, children, seed = drawn
    written = write_drawn_rounds(folder, schemas, subdistricts, years, children, seed)
    show_line(say("samples_drawn", spoken, count=len(written), folder=folder))
