"""The workbook of children who moved: written with what is sure filled in, and read as a person left it."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from cpms_cli.errors import UnreadableFile, UsageError
from cpms_cli.linking.decisions import SAME
from cpms_cli.linking.provinces.province_links import BEFORE, NOW, PLACES, SURE, MovedChildren
from cpms_cli.linking.review.filled_workbook import decisions_in, workbook_cells
from cpms_cli.linking.review.review import in_words
from cpms_cli.linking.review.review_workbook import review_bytes
from cpms_cli.survey.era import shown_year
from cpms_cli.survey.identifiers import has_cpms_check_letter
from cpms_cli.survey.language import FALLBACK
from cpms_cli.survey.messages import say, wordings
from cpms_cli.survey.model.definition import Language, Survey, folded
from cpms_cli.writing.files import write_bytes

_DECISION = 1  # its column


def write_moved(moved: MovedChildren, survey: Survey, path: Path, language: Language) -> None:
    """Write the pairs with a column for decisions, in which sure pairs are one child already."""
    pairs = moved.pairs
    table = pd.DataFrame(
        {
            say("review_pair", language): pairs["pair"],
            say("review_decision", language): [
                say("review_same", language) if kind == SURE else "" for kind in pairs["kind"]
            ],
            say("review_reason", language): pairs["reason"],
            say("review_chance", language): (pairs["probability"].astype(float) * 100)
            .clip(upper=99.9)
            .map("{:.1f} %".format),
            say("review_agrees", language): pairs["agrees"],
            say("review_differs", language): pairs["differs"],
        }
    )
    for name in PLACES:
        for side in (BEFORE, NOW):
            cells = pairs[f"{name}_{side}"]
            shown = cells.map(lambda year: shown_year(int(year), language)) if name == "round" else cells
            table[say(f"column_{name}_{side}", language)] = shown.astype("str")
    for name, sides in moved.cells.items():
        label = survey.fields[name].label.in_(language)
        for side in (BEFORE, NOW):
            heading = say(f"moved_{side}", language, field=label)
            table[heading] = in_words(survey, name, sides[side].astype("str"), language)
    choices = [say("review_same", language), say("review_different", language)]
    apart = len(PLACES) * 2
    write_bytes(path, review_bytes(say("moved_sheet", language), table, _DECISION, choices, apart))


def read_moved(path: Path, language: Language = FALLBACK) -> dict[str, str]:
    """Return by the CPMS ID of each child who came from elsewhere the one under which it was first known.

    Counted are the pairs that are decided to be one child. Raises UnreadableFile, and UsageError for a cell that is no
    decision or no CPMS ID.
    """
    cells = workbook_cells(path)
    decisions = decisions_in(path, cells, language)
    header = [folded(cell) for cell in cells.iloc[0]]
    sides = {}
    for side in (BEFORE, NOW):
        headings = {folded(wording) for wording in wordings(f"column_child_{side}")}
        columns = [number for number, heading in enumerate(header) if heading in headings]
        if not columns:
            raise UnreadableFile("moved_not_ours", file=path.name)
        sides[side] = cells.iloc[1:, columns[0]].str.strip().reset_index(drop=True)
    same = decisions[decisions["verdict"] == SAME]
    pairs = pd.DataFrame({side: ids.loc[same.index] for side, ids in sides.items()}).astype("str")
    for side in (BEFORE, NOW):
        wrong = pairs.index[~has_cpms_check_letter(pairs[side])]
        if len(wrong):
            raise UsageError(
                "moved_no_id", file=path.name, row=same.loc[wrong[0], "row"], value=pairs.loc[wrong[0], side]
            )
    return _first_known(list(zip(pairs[BEFORE], pairs[NOW], strict=True)))


def _first_known(pairs: list[tuple[str, str]]) -> dict[str, str]:
    """By each ID that is joined to another, the one from which the child set out: that which comes from nowhere."""
    group: dict[str, str] = {}

    def head(child: str) -> str:
        while group.get(child, child) != child:
            child = group[child]
        return child

    for before, now in pairs:
        if head(before) != head(now):
            group[head(now)] = head(before)
    return {child: head(child) for child in sorted(group) if head(child) != child}
