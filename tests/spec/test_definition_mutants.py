"""Promise 18: the definition cannot be wrong silently. Each way to break a line of `schemas/` is found where it stands.

The mutants are made from the files themselves, evenly over the definition: four of each kind here, those of one kind
in one definition, each to be found in its own entry; five (about 140) with CPMS_THOROUGH=1, most of them in a
definition of their own, and with CPMS_MUTANTS=all every one (about 1,200, some minutes).
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

import pytest

from cpms_cli import prove_definition
from cpms_cli.survey.messages import fault_sentence
from tests.conftest import NUMBERS, ROOT, THOROUGH, Cpms, in_english

SCHEMAS = ROOT / "schemas"
TABLES = ("household.yaml", "child.yaml", "response.yaml")
PEOPLE = TABLES[:2]
RULES = ("indicators.yaml", "risk.yaml", "checks.yaml", "rights.yaml", "migration.yaml")
FIGURES = ("summaries.yaml", "migration.yaml")
CODELISTS = tuple(f"codelists/{path.name}" for path in sorted((SCHEMAS / "codelists").glob("*.csv")))
TITLES = ("titles.csv",)
OUTLINES = tuple(f"areas/outlines/{path.name}" for path in sorted((SCHEMAS / "areas" / "outlines").glob("*.geojson")))
LIMITS = ("limits.yaml",)
IN_WORDS = (*PEOPLE, *RULES)
QUOTING = ("translations/my.yaml", "summaries.yaml", "fairness.yaml", "codelists/arrived.csv")
SQL = r"^    (  OR|when:|applies:|has:) (?!>-)"


@dataclass(frozen=True)
class Mutant:
    """One line of one file of the definition, changed; no `new` is a line taken out. `words` are what was changed."""

    kind: str
    file: str
    line: int
    new: str | None
    words: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.kind} {self.file}:{self.line}"


Change = Callable[[re.Match[str]], str | None]
KINDS: tuple[tuple[str, tuple[str, ...], str, Change], ...] = (
    ("field renamed", TABLES, r"^  - name: (?P<word>\w+)$", lambda match: f"{match[0]}x"),
    ("languages swapped", TABLES, r"label: \{en: (.*), th: (.*)\}", lambda f: f"label: {{en: {f[2]}, th: {f[1]}}}"),
    ("minimum above maximum", TABLES, r"minimum: \d+", lambda match: "minimum: 9999"),
    ("no such code list", TABLES, r"codelist: \w+", lambda match: f"{match[0]}x"),
    ("no such role", TABLES, r"role: \w+", lambda match: f"{match[0]}x"),
    ("key not required", TABLES, r"required: true", lambda match: "required: false"),
    ("until before since", PEOPLE, r"^    type: \w+$", lambda match: f"{match[0]}\n    since: 2569\n    until: 2568"),
    ("formerly a field that is", PEOPLE, r"^    type: \w+$", lambda match: f"{match[0]}\n    formerly: consent"),
    ("key turned off", PEOPLE, r"^    constraints: \{required: true.*$", lambda match: f"{match[0]}\n    asked: false"),
    ("asked at another age", TABLES, r"(asked: age \S+ )\$\w+", lambda match: f"{match[1]}$uncared_teenager_to"),
    ("asked age written out", TABLES, r"(asked: age \S+ )\$\w+", lambda match: f"{match[1]}6"),
    ("code dropped", CODELISTS, r"^(?P<word>(?!code,)\w+),.*$", lambda match: None),
    ("code renamed", CODELISTS, r"^(?P<word>(?!code,)\w+),", lambda match: f"{match[1]}x,"),
    ("no answer made an answer", CODELISTS, r",(unknown|refused|not_asked|blank|exclusive),", lambda match: ",,"),
    ("title dropped", TITLES, r"^(?P<word>(?!title,)[^,]+),.*$", lambda match: None),
    ("title of no sex", TITLES, r",(male|female),", lambda match: f",{match[1]}x,"),
    ("title of the other sex", TITLES, r"^(?P<word>[^,]+),male,", lambda match: f"{match[1]},female,"),
    ("no such level visited", ("summaries.yaml",), r"^visited: \[(?P<word>\w+)", lambda match: f"{match[0]}x"),
    ("broken SQL", RULES, SQL + r".*$", lambda match: f"{match[0]} AND"),
    ("no such code", RULES, SQL + r"[^']*'\w+", lambda match: f"{match[0]}x"),
    ("number changed", RULES, SQL + r".*?(?<![\w'])(\d+)(?![\w'])", lambda f: f"{f[0][: -len(f[2])]}{int(f[2]) + 1}"),
    ("another limit quoted", RULES, SQL + r".*?(\$\w+)", lambda f: f"{f[0][: -len(f[2])]}$open_case_days"),
    ("number written out in a rule", RULES, SQL + r".*?(\$\w+)", lambda f: f"{f[0][: -len(f[2])]}7"),
    ("number written out in English", IN_WORDS, r"(en: (?:(?!th: ).)*?)\$\w+", lambda match: f"{match[1]}12"),
    ("number written out in Thai", IN_WORDS, r"(th: [^$]*)\$\w+", lambda match: f"{match[1]}12"),
    ("number in Thai digits", IN_WORDS, r"(th: [^$]*)\$\w+", lambda match: f"{match[1]}๑๒"),
    ("no such limit in a rule", RULES, SQL + r".*?\$(?P<word>\w+)", lambda match: f"{match[0]}x"),
    ("no such limit in words", (*IN_WORDS, *QUOTING), r"^[^#]*\$(?P<word>\w+)", lambda match: f"{match[0]}x"),
    ("limit renamed", LIMITS, r"^  - name: (?P<word>\w+)$", lambda match: f"{match[0]}x"),
    ("limit is a text", LIMITS, r"^    value: (\d+)$", lambda match: f'    value: "{match[1]}"'),
    ("limit is a fraction", LIMITS, r"^    value: (\d+)$", lambda match: f"{match[0]}.5"),
    ("limit below nothing", LIMITS, r"^    one_below: \w+$", lambda match: f"{match[0]}x"),
    ("limit of no unit", LIMITS, r"^    unit: \w+$", lambda match: f"{match[0]}x"),
    ("OR made AND", RULES, SQL + r".*? OR ", lambda match: match[0].removesuffix("OR ") + "AND "),
    ("equal made unequal", RULES, SQL + r".*? = ", lambda match: match[0].removesuffix("= ") + "<> "),
    ("at least made more than", RULES, SQL + r".*?>=", lambda match: match[0].removesuffix("=")),
    ("below made at most", RULES, SQL + r".*? < ", lambda match: match[0].removesuffix(" ") + "= "),
    ("due at another hour", ("risk.yaml",), r"due_hours: \$\w+", lambda match: "due_hours: 48"),
    ("help by another indicator", ("risk.yaml",), r"^    indicator: \d+", lambda match: "    indicator: 3"),
    ("answered by no kind", ("risk.yaml",), r"answered_by: \[\w+", lambda match: f"{match[0]}x"),
    ("answered by nothing", ("risk.yaml",), r"answered_by: \[.*\]", lambda match: "answered_by: []"),
    ("closed by no kind", ("response.yaml",), r"closes: \[\w+", lambda match: f"{match[0]}x"),
    ("indicator renumbered", RULES, r"^  - number: \d+", lambda match: f"{match[0]}9"),
    ("no such severity", RULES, r"severity: \w+", lambda match: "severity: fatal"),
    ("no such level", ("rights.yaml",), r"levels: \[\w+", lambda match: f"{match[0]}x"),
    ("group of no field", FIGURES, r"^(    field|origin): \w+$", lambda match: f"{match[0]}x"),
    ("bands with a gap", ("summaries.yaml",), r"\[\[0, (\d+)", lambda match: f"[[0, {int(match[1]) - 1}"),
    ("no such indicator", ("activities.yaml",), r"indicators: \[\d+", lambda match: f"{match[0]}99"),
    ("outline of no subdistrict", OUTLINES, r'"subdistrict_code":"(?P<word>\d{5})', lambda match: f"{match[0]}9"),
    ("outline without a code", OUTLINES, r'"subdistrict_code"', lambda match: '"code"'),
    ("outline without a shape", OUTLINES, r'"MultiPolygon"', lambda match: '"Point"'),
)


def _mutants() -> Iterator[Mutant]:
    for kind, files, pattern, change in KINDS:
        for file in files:
            for number, line in enumerate((SCHEMAS / file).read_text("utf-8").splitlines(), start=1):
                match = re.search(pattern, line)
                if match:
                    put = change(match)
                    new = None if put is None else line[: match.start()] + put + line[match.end() :]
                    yield Mutant(kind, file, number, new, tuple(match.groupdict().values()))


def _chosen(each: int) -> list[Mutant]:
    """So many mutants of each kind, from all over the files in which there are any."""
    chosen: list[Mutant] = []
    for _, group in groupby(_mutants(), key=lambda mutant: mutant.kind):
        mutants = list(group)
        chosen += (
            mutants if os.environ.get("CPMS_MUTANTS") == "all" else mutants[:: max(1, len(mutants) // each)][:each]
        )
    return chosen


CHOSEN = _chosen(5 if THOROUGH else 4)


def _stands_alone(mutant: Mutant) -> bool:
    """Whether no other line of the file can be blamed for it: of checks, ages and titles each is judged by itself.

    Unless all is tried at length, so is every other: its own line must be named, whatever else is wrong.
    """
    kinds = {"number changed", "OR made AND", "equal made unequal", "at least made more than", "below made at most"}
    kinds |= {"another limit quoted", "number written out in a rule", "no such limit in a rule"}
    alone = ("asked at another age", "asked age written out", "title dropped", "title of the other sex")
    return not THOROUGH or mutant.kind in alone or (mutant.file == "checks.yaml" and mutant.kind in kinds)


def _together() -> list[tuple[Mutant, ...]]:
    """The chosen mutants as they are tried: alone, or with those of their kind in other entries of the same file."""
    together: list[tuple[Mutant, ...]] = []
    for (_, _, alone), group in groupby(CHOSEN, key=_batch):
        mutants = list(group)
        if not alone:
            together += [(mutant,) for mutant in mutants]
        while alone and mutants:
            batch = {(mutant.file, _entry(mutant)): mutant for mutant in reversed(mutants)}
            together.append(tuple(batch.values()))
            mutants = [mutant for mutant in mutants if mutant not in batch.values()]
    return together


def _batch(mutant: Mutant) -> tuple[str, str, bool]:
    """Mutants that are alike in this may stand in one definition."""
    return mutant.kind, mutant.file if THOROUGH else "", _stands_alone(mutant)


def _entry(mutant: Mutant) -> range:
    """The lines of the field, rule, indicator or level in which the mutant stands; of other files, its line alone."""
    lines = (SCHEMAS / mutant.file).read_text("utf-8").splitlines()
    first, last = mutant.line, mutant.line
    while mutant.file in (*TABLES, *RULES, *FIGURES, *LIMITS) and lines[first - 1].startswith("    "):
        first -= 1
    while mutant.file in (*TABLES, *RULES, *FIGURES, *LIMITS) and last < len(lines) and lines[last].startswith("    "):
        last += 1
    # That no code of a list is exclusive is a fault of the whole list, told at its head.
    return range(1 if "exclusive" in lines[mutant.line - 1] else first, last + 1)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    copy = tmp_path / "schemas"
    shutil.copytree(SCHEMAS, copy)
    return copy


def _names(mutants: tuple[Mutant, ...]) -> str:
    return f"{mutants[0].kind} {','.join(f'{mutant.file}:{mutant.line}' for mutant in mutants)}"


@pytest.mark.parametrize("mutants", _together(), ids=_names)
def test_a_mutant_is_found_where_it_stands(mutants: tuple[Mutant, ...], folder: Path) -> None:
    for file in sorted({mutant.file for mutant in mutants}):
        lines: list[str | None] = list((folder / file).read_text("utf-8").splitlines())
        for mutant in mutants:
            if mutant.file == file:
                lines[mutant.line - 1] = mutant.new
        (folder / file).write_text("\n".join(line for line in lines if line is not None) + "\n", "utf-8")
    proof = prove_definition(folder)
    problems = " ".join(proof.lines())
    assert problems, "nobody noticed"
    in_thai = (fault_sentence(problem.fault, "th") for problem in proof.problems)
    assert [words for words in in_thai if not re.search("[ก-๛]", re.sub(r"'[^']*'", "", words))] == []
    for mutant in mutants:
        places = {int(line) for line in re.findall(re.escape(mutant.file) + r":(\d+)", problems)}
        named = [word for word in mutant.words if re.search(rf"'{word}x?'", problems)]
        assert places & set(_entry(mutant)) or named, (str(mutant), problems)


def test_there_are_about_a_hundred() -> None:
    assert len(_chosen(5)) >= 100
    assert len({mutant.kind for mutant in CHOSEN}) == len(KINDS)


def test_the_command_tells_file_line_and_exit_code(cpms: Cpms, folder: Path) -> None:
    path = folder / "indicators.yaml"
    text = path.read_text("utf-8")
    path.write_text(text.replace("nationality <> 'TH'", "nationality <> 'THAI'"), "utf-8")
    line = text[: text.index("nationality <> 'TH'")].count("\n") + 1
    ran = cpms("schema", "check", folder)
    assert ran.code == 1
    assert f"indicators.yaml:{line}:" in ran.out
    assert "'THAI' is not a code of 'nationality'" in ran.out


def test_the_shipped_definition_holds(cpms: Cpms) -> None:
    ran = cpms("schema", "check")
    assert ran.code == 0
    assert f"78 fields, 24 code lists, {len(NUMBERS)} indicators, 5 levels" in ran.out


@pytest.mark.parametrize(
    ("file", "content", "expected"),
    [
        ("indicators.yaml", b"indicators: [", "not YAML"),
        ("indicators.yaml", b"\xff\xfe\x00", "not UTF-8"),
        ("indicators.yaml", b"- 1\n", "must be a mapping"),
        ("checks.yaml", b"rules: 3\ncolumns: []\n", "'rules' must be a list"),
        ("risk.yaml", b"levels: &a [*a]\n", "aliases"),
        ("codelists/sex.csv", b"a,b\n", "the header must be"),
        ("codelists/sex.csv", b"code,label_en,label_th,missing,spellings\nx,y\n", "2 cells where 5"),
        ("child.yaml", None, "this file is missing"),
    ],
)
def test_a_file_that_cannot_be_read_is_named(folder: Path, file: str, content: bytes | None, expected: str) -> None:
    if content is None:
        (folder / file).unlink()
    else:
        (folder / file).write_bytes(content)
    problems = [problem for problem in prove_definition(folder).problems if problem.file == file]
    assert expected in " ".join(in_english(problem) for problem in problems)
