"""How well the questions of unknown headers are proposed: share right, wrong, asked and left open.

    python benchmarks/header_proposals.py [--public] [--half development|held-out] [--all]

`headers.csv` beside this file has headers as they are worded in lists that offices know, written down from knowledge of
such forms. `public_headers.csv` has headers collected from public questionnaires, forms and codebooks that others
wrote, in Thai, English and Burmese, each with its source; the field was decided by hand before anything was proposed.
In both a header has the field that it is, or `none`; `a|b` where either is right; and a few cells where the kind of
answer is part of the question. Headers that the definition knows anyway are left out.

The public headers are in two halves, by the digest of the header: words and rules are mended by the misses of the
development half alone, and the figures of the held-out half say what they are worth.

A header is `filled in` where the map needs no yes: right or wrong. It is `asked` where a proposal waits for a person,
of which the right field is among those shown, or not. Else it is left open, right where it is no question of the
survey.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
from collections import Counter
from pathlib import Path

from cpms_cli.checking.proposing.column_proposals import is_filled_in, propose
from cpms_cli.reading.header.headers import field_of, header_spellings
from cpms_cli.survey.model.definition import Survey
from cpms_cli.survey.opening.loading import load_survey

FOLDER = Path(__file__).resolve().parent
NONE, REPEATED = "none", 8
HALVES = ("development", "held-out")


def judged(survey: Survey, header: str, fields: frozenset[str], cells: list[str]) -> str:
    """What becomes of one header: known, right, wrong, asked, asked_amiss, open_right or open_missed."""
    if field_of(header, header_spellings(survey)):
        return "known"
    proposals = propose(survey, header, cells * REPEATED)
    named = {proposal.field for proposal in proposals}
    if is_filled_in(survey, proposals):
        return "right" if proposals[0].field in fields else "wrong"
    if proposals:
        return "asked" if named & fields else "asked_amiss"
    return "open_right" if NONE in fields else "open_missed"


def half_of(header: str) -> str:
    """The half that a header belongs to, whatever else is in the file."""
    return HALVES[hashlib.sha256(header.encode()).digest()[0] % 2]


def run(survey: Survey, file: Path, half: str | None) -> dict[str, list[str]]:
    """Return the headers of a file, or of one half of it, by what becomes of them."""
    with file.open(encoding="utf-8", newline="") as stream:
        rows = [row for row in csv.DictReader(stream) if half in (None, half_of(row["header"]))]
    by_fate: dict[str, list[str]] = {}
    for row in rows:
        cells = row["cells"].split("|") if row["cells"] else []
        fate = judged(survey, row["header"], frozenset(row["field"].split("|")), cells)
        by_fate.setdefault(fate, []).append(row["header"])
    return by_fate


def main() -> None:
    """Print the shares; with --all each header too."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--public", action="store_true")
    parser.add_argument("--half", choices=HALVES)
    parser.add_argument("--all", action="store_true")
    asked = parser.parse_args()
    file = FOLDER / ("public_headers.csv" if asked.public else "headers.csv")
    by_fate = run(load_survey(), file, asked.half)
    counts = Counter({fate: len(headers) for fate, headers in by_fate.items()})
    unknown = counts.total() - counts["known"]
    print(f"{counts.total()} headers, {counts['known']} known anyway; of the other {unknown}:")
    for fate in ("right", "wrong", "asked", "asked_amiss", "open_right", "open_missed"):
        print(f"{fate:12} {counts[fate]:4} {100 * counts[fate] / unknown:5.1f} %")
        if asked.all:
            for header in by_fate.get(fate, []):
                print(f"    {header}")


if __name__ == "__main__":
    main()
