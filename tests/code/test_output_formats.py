"""The endings of files stand in one list: options, refusals and writers say the same."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer

from cpms_cli.cli.commands import app
from cpms_cli.errors import UsageError
from cpms_cli.survey.messages import sentence
from cpms_cli.writing.output_formats import FORMATS, PRINTED, TEXT_OR_JSON, endings, output_format

# Which kind each command writes; every other `-o` writes tables.
KINDS = {
    "cpms codebook": "document",
    "cpms map": "header_map",
    "cpms plan community": "document",
    "cpms plan province": "document",
    "cpms report child": "document",
    "cpms report leaflet": "document",
    "cpms report community": "document",
    "cpms report province": "document",
    "cpms export records": "records",
    "cpms export figures": "figures",
}


def _commands() -> Iterator[tuple[str, typer.core.TyperCommand]]:
    def below(name: str, command: object) -> Iterator[tuple[str, typer.core.TyperCommand]]:
        if isinstance(command, typer.core.TyperGroup):
            for part, inner in command.commands.items():
                yield from below(f"{name} {part}", inner)
        elif isinstance(command, typer.core.TyperCommand):
            yield name, command

    yield from below("cpms", typer.main.get_command(app))


def _endings_in(text: str) -> set[str]:
    return set(re.findall(r"(?<![\w.])\.[a-z][a-z0-9]*(?:\.[a-z]+)?\b", text))


def test_no_ending_of_a_kind_is_listed_twice_and_every_writer_is_there() -> None:
    assert len({(output.kind, output.ending) for output in FORMATS}) == len(FORMATS)
    assert all(callable(output.write) for output in FORMATS)


@pytest.mark.parametrize("kind", sorted({output.kind for output in FORMATS}))
def test_a_refusal_names_every_ending_there_is(kind: str) -> None:
    with pytest.raises(UsageError) as refused:
        output_format(kind, Path("figures.odt"))  # type: ignore[arg-type]
    assert _endings_in(sentence(refused.value, "en")) - {".odt"} == set(endings(kind))  # type: ignore[arg-type]


def test_the_longest_ending_counts() -> None:
    assert output_format("figures", Path("a.HXL.csv")).ending == ".hxl.csv"
    assert output_format("figures", Path("hxl.csv")).ending == ".csv"


def test_help_names_the_endings_that_there_are() -> None:
    """Those of `-o`; export has its endings in its description, since they come with what each is for."""
    seen = set()
    for name, command in _commands():
        kind = KINDS.get(name, "table")
        helps = [str(getattr(option, "help", "") or "") for option in command.params if "--output" in option.opts]
        if name.startswith("cpms export"):
            helps = [(command.help or "").split("\n\n")[0]]
        for text in helps:
            if named := _endings_in(text):
                seen.add(name)
                if kind != "table" or len(named) > 1:
                    assert named == set(endings(kind)), name  # type: ignore[arg-type]
    assert set(KINDS) <= seen and len(seen) > 15


def test_help_names_what_format_can_be() -> None:
    listed = {"text, json or csv.": PRINTED, "text or json.": TEXT_OR_JSON}
    helps = {
        str(getattr(option, "help", ""))
        for _, command in _commands()
        for option in command.params
        if "--format" in option.opts
    }
    assert helps == set(listed)
    assert all(set(re.findall(r"\w+", text)) - {"or"} == set(known) for text, known in listed.items())
