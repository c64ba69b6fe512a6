"""In a narrow window no table loses a column or a value, in either language, and Thai lines break between words."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from rich.cells import cell_len

from cpms_cli import merge
from cpms_cli.reports.line_breaking import pieces_of
from cpms_cli.survey.messages import say
from tests.conftest import Cpms, made_once, write_drawn

WORD = re.compile(r"""[^\s()\[\]{}:;,'"/…→|─<>]+""")
MARKS = re.compile("[\u0e2f-\u0e3a\u0e45-\u0e4e]")
# What has a table, on the store below; {child} is a child of it.
LINES = (
    "validate {file}",
    "map {file}",
    "children",
    "today",
    "visits",
    "find {child}",
    "community 850105",
    "community 850105 --rounds 2568:2569",
    "province 85 --by sex",
    "indicator 3 --by sex",
    "rights --list education",
    "migration --by sex",
    "overlap --by sex",
    "overlap --rounds 2568:2569",
    "history",
    "child {child}",
    "child {child} --why",
    "score",
    "score fairness",
    "score validate",
    "link report",
    "link files {file}",
    "response due --all",
    "response summary --by sex",
    "response summary --work",
    "response summary --rounds 2568:2569",
    "response assign --to W1 --dry-run",
    "store audit",
    "areas 8501",
    "explain victim",
)
# A wide window has a matrix with its sums of what a narrow one lists. Zeros and dashes are left out where that is said,
# and so is a column that is blank in every row.
MATRICES = {"community 850105 --rounds 2568:2569"}
NOTHING = {"0", "–", "·", "0.0"}


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory, base: dict[str, dict[str, Any]]) -> Path:
    """Two rounds of eight children in two villages: victims, at high risk, and one whose answers are missing."""

    def make(path: Path) -> None:
        answers: list[dict[str, Any]] = [
            {"violence_physical": "yes", "in_school": "none"},
            {"mother_alive": "no", "father_alive": "no", "birth_registered": "no"},
            {"violence_physical": None, "distress": None},
            {"work_hazardous": "yes"},
        ]
        files = [
            write_drawn(
                path.with_name(f"survey_{year}.csv"),
                base,
                [
                    {
                        "round": year,
                        "interview_date": f"{year}-03-01",
                        "household_no": str(home),
                        "village_code": "85010501" if home < 5 else "85010502",
                        "sex": "male" if home % 2 else "female",
                        **answers[(home + year) % 4],
                    }
                    for home in range(1, 9)
                ],
            )
            for year in (2025, 2026)
        ]
        merge(files, path)

    return made_once(tmp_path_factory, "narrow", make)


def _words_of(text: str) -> Iterator[str]:
    """The words and figures of a text; what is longer than a column is ever kept whole may be broken."""
    for chunk in text.split():
        for piece in pieces_of(chunk):
            yield from (word.strip(".") for word in WORD.findall(piece) if len(word) <= 12)


@pytest.mark.parametrize("line", LINES)
def test_no_table_loses_a_column_or_a_value(
    line: str,
    cpms: Cpms,
    store: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    asked_once: Any,
    base: dict[str, Any],
) -> None:
    file = write_drawn(tmp_path / "s.csv", base, [{"sex": "3", "in_school": "?"}, {"birth_date": "2556-19-19"}])
    child = asked_once("children", "--store", store, "--format", "json").json["children"][0]["cpms_id"]
    words = shlex.split(line.format(file=file, child=child))
    if words[0] not in ("validate", "map", "areas", "explain") and words[:2] != ["link", "files"]:
        words += ["--store", str(store)]

    def printed(width: int, language: str) -> str:
        monkeypatch.setenv("COLUMNS", str(width))
        ran = cpms(*words, "--lang", language)
        assert ran.code in (0, 1), ran.err
        return ran.out

    for language, widths in (("th", (60, 80, 120)), ("en", (80,))):
        wide = set(_words_of(printed(500, language))) - NOTHING - set(_words_of(say("col_highest", language)))
        for width in widths:
            narrow = printed(width, language)
            assert [row for row in narrow.splitlines() if cell_len(row) > width and " " in row.strip()] == []
            assert [row for row in narrow.splitlines() if MARKS.match(row.strip()[:1])] == [], (language, width)
            lost = {word for word in wide if word not in narrow}
            if say("zeros_left_out", language).split()[0] in narrow:
                lost = {word for word in lost if word.isdecimal()} - set(_words_of(say("state_turned_18", language)))
            assert line in MATRICES or lost == set(), (language, width)
