"""With `--lang th` a command says no English: one example of each command's help, run in Thai on the sample data."""

from __future__ import annotations

import re
import shlex
import shutil
from pathlib import Path

import pytest

from cpms_cli.cli.commands import app
from cpms_cli.cli.guard import commands_below, guarded
from cpms_cli.survey.model.definition import Survey
from tests.conftest import ROOT, SAMPLES, Cpms

# What one types or another program reads stands in Latin letters: options, files, ids of checks, CPMS IDs, digests.
CODES = re.compile(
    r"--risk [a-z_]+|--?[a-z][\w-]*|[\w/.-]*/[\w/.-]*|[\w-]*\.[\w.-]+|\w+_\w+|\bC[A-Z]{11}\b|\bage1\w+|'[^']*'"
)
COMMANDS = re.compile(r"\bcpms( [a-z-]+)*")
# Ids of checks and rights in their column, header of the sample file and its sheets, who merged, and units.
NAMES = {
    "Wilson",
    "Newcombe",
    "code",
    "date",
    "integer",
    "pattern",
    "range",
    "field",
    "BOM",
    "utf",
    "UTC",
    "SHA",
    "MB",
    "KB",
    "education",
    "practice",
    "children",
    "households",
    "root",
    "officer",
    "CSV",
    "CPMS",
    "Excel",
    "HTML",
    "PDF",
    "DOCX",
    "XLSX",
    "XLSForm",
    "OR",  # joins the parts of a rule, as it stands in the definition
}
# `demo` runs the others; provinces say the words of communities; the rest say that a file is written, or package names.
NOT_HERE = {
    "link files",  # names the headers of the files, which are what they are
    "link provinces",  # needs several stores: tests/linking/test_link_provinces.py
    "demo",
    "help",  # lists commands, which are typed; its words: test_translations.py
    "init",  # names what it made in a folder
    "run",  # needs an office: tests/office/test_office_run.py
    "doctor",
    "province",
    "plan province",
    "schema check",
    "schema new",
    "schema undo",
    "bundle",
    "bundle-key",
    "store encrypt",
    "store restore",
    "report community",
    "report province",
    "report site",
    "report child",
    "report leaflet",
    "plan community",
    "samples",
    "export records",
    "export figures",
    "export dataset",
    "country",  # needs a data set: tests/store/test_dataset_summaries.py
    "store push",  # needs a server: tests/store/test_store_push.py
}


def _example(help_text: str) -> str:
    """The first example that is text and stands for no key, person or form that only its user has."""
    lines = [line.strip() for line in help_text.partition("Examples:\n")[2].partition("\n\n")[0].splitlines()]
    apart = re.compile(r"^cpms .*(ID|age1|json|csv --format)|^(?!cpms )")
    return next((line for line in lines if not apart.match(line)), "")


def thai_examples() -> list[str]:
    """The lines that are run here; `undo` comes last."""
    commands = ((path.removeprefix("cpms "), command) for path, command in commands_below(guarded(app)))
    lines = [
        _example(str(command.help))
        for path, command in commands
        if not hasattr(command, "commands") and path not in NOT_HERE
    ]
    return sorted(filter(None, lines), key=lambda line: line.startswith("cpms undo"))


def _english(printed: str, fields: set[str]) -> set[str]:
    plain = COMMANDS.sub(" ", CODES.sub(" ", printed))
    return {word for word in re.findall(r"\b[A-Za-z]{2,}\b", plain) if word not in NAMES | fields}


@pytest.mark.parametrize("half", [0, 1])
def test_the_output_of_every_command_is_thai_but_for_codes(
    cpms: Cpms, survey: Survey, sample_store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, half: int
) -> None:
    """Each command runs in one of two halves, for two processes."""
    shutil.copytree(SAMPLES, tmp_path / "sample_data")
    shutil.copytree(ROOT / "schemas", tmp_path / "ranong")
    shutil.copy(sample_store, tmp_path / "cpms.duckdb")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setenv("LOGNAME", "officer")
    lines = thai_examples()
    assert len(lines) > 15
    middle = len(lines) // 2
    wrong = {}
    for line in lines[middle:] if half else lines[:middle]:
        words = shlex.split(line)[1:]
        spoken = [*words, "--lang", "th"] if "--lang" not in words else words
        ran = cpms(*(("th" if word == "en" else word) for word in spoken))
        assert ran.code in (0, 1), (line, ran.err)
        left = _english(ran.out + ran.err, set(survey.fields))
        if left:
            wrong[line] = left
    assert wrong == {}
