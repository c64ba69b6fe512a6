"""How well the questions of unknown headers are proposed: share right, wrong and asked.

    python benchmarks/header_proposals.py [--all]

`headers.csv` beside this file has headers as they are worded in questionnaires and lists that offices know: the
basic-needs survey (จปฐ.), school and health lists, child labour surveys, MICS, forms for phones. They are written down
by hand from knowledge of such forms, with the field that each is, or `none`; `a|b` where a column holds both; and a few
cells where the kind of answer is part of the question. Headers that the definition knows anyway are left out.

A header is `filled in` where the map needs no yes: right or wrong. It is `asked` where a proposal waits for a person,
of which the right field is among those shown, or not. Else it is left open, right where it is no question of the
survey.
"""

from __future__ import annotations

import argparse
import csv
from collections import Counter
from pathlib import Path

from cpms_cli.checking.proposing.column_proposals import is_filled_in, propose
from cpms_cli.reading.header.headers import field_of, header_spellings
from cpms_cli.survey.files.loading import load_survey
from cpms_cli.survey.model.definition import Survey

HEADERS = Path(__file__).resolve().parent / "headers.csv"
NONE, REPEATED = "none", 8


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
    return "open_right" if fields == {NONE} else "open_missed"


def run(survey: Survey) -> dict[str, list[str]]:
    """Return the headers by what becomes of them."""
    with HEADERS.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    by_fate: dict[str, list[str]] = {}
    for row in rows:
        cells = row["cells"].split("|") if row["cells"] else []
        fate = judged(survey, row["header"], frozenset(row["field"].split("|")), cells)
        by_fate.setdefault(fate, []).append(row["header"])
    return by_fate


def main() -> None:
    """Print the shares; with --all each header too."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--all", action="store_true")
    asked = parser.parse_args()
    by_fate = run(load_survey())
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
