"""Indicators that occur together, as cells, and the same tables again with what is withheld blank.

Pairs are shown as counts alone: the other figures of a pair are made of counts that no table has. Triples are left out;
there are too many ways to work out one from others.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import pandas as pd

from cpms_cli.disclosure.cell_id import CellId, Population
from cpms_cli.disclosure.cells.summary_cells import SummaryCells
from cpms_cli.disclosure.engine.problem import Relation
from cpms_cli.disclosure.protection import Protected
from cpms_cli.disclosure.release.summary_masks import Masked, MaskingContext
from cpms_cli.summaries.rounds.overlap import Overlap

_COMPANY = ("alone", "with_one", "with_two", "with_three_or_more")
_OF_PAIRS = ("known", "share", "possible", "expected", "lift", "second_of_first", "first_of_second")


def mask_overlap(context: MaskingContext, overlap: Overlap) -> Masked[Overlap]:
    """Take an overlap of indicators apart."""
    sheet = context.sheet(overlap.area, overlap.round)
    total = pd.DataFrame({"children": [overlap.children]})
    of_total = {"children": [population.cell("children") for population in sheet.populations(total)]}
    sheet.add_counts("total", total, of_total)
    _add_numbers(sheet, overlap.numbers)
    _add_single(context, sheet, overlap.single)
    _add_pairs(context, sheet, overlap.pairs)

    def masked(protected: Protected) -> Overlap:
        total = protected.tables["total"]["children"].iloc[0]
        tables = {name: protected.tables[name] for name in ("numbers", "single", "pairs")}
        columns = overlap.pairs.columns
        groups = [name for name in columns[: columns.get_loc("first")] if name + "_label" in overlap.pairs]
        pairs = tables["pairs"].sort_values(
            [*groups, "children", "first", "second"],
            ignore_index=True,
            ascending=[True] * len(groups) + [False, True, True],
        )
        return replace(
            overlap,
            numbers=tables["numbers"],
            single=tables["single"],
            pairs=pairs,
            triples=overlap.triples.iloc[:0],
            children=None if pd.isna(total) else int(total),
        )

    return sheet, masked


def _rows_by_population(populations: Sequence[Population]) -> dict[Population, list[int]]:
    rows: dict[Population, list[int]] = {}
    for row, population in enumerate(populations):
        rows.setdefault(population, []).append(row)
    return rows


def _add_numbers(sheet: SummaryCells, frame: pd.DataFrame) -> None:
    """Add children by how many indicators they have: exactly so many add up to all, and those with more to at least so
    many."""
    populations = sheet.populations(frame)
    ids = {
        name: [
            population.cell("overlap", f"{name}/{number}")
            for population, number in zip(populations, frame["number"], strict=True)
        ]
        for name in ("certain", "possible", "at_least", "at_most")
    }
    sheet.add_counts("numbers", frame, ids)
    for population, rows in _rows_by_population(populations).items():
        whole = population.cell("children")
        sheet.add_whole(whole, int(frame["certain"].iloc[rows].sum()))
        for exact, more in (("certain", "at_least"), ("possible", "at_most")):
            sheet.add(Relation(whole, (ids[more][rows[0]],)))
            for row, after in zip(rows, [*rows[1:], None], strict=True):
                parts = (ids[exact][row],) if after is None else (ids[exact][row], ids[more][after])
                sheet.add(Relation(ids[more][row], parts))


def _add_single(context: MaskingContext, sheet: SummaryCells, frame: pd.DataFrame) -> None:
    """Add children of each indicator by how many others they have: as many in all as children with so many and one
    more."""
    populations = sheet.populations(frame)
    columns = {indicator.number: indicator.column for indicator in context.survey.indicators}
    names = [
        population.cell(columns[number], "yes") for population, number in zip(populations, frame["number"], strict=True)
    ]
    ids = {"yes": names, **{company: [name.left(f"overlap/{company}") for name in names] for company in _COMPANY}}
    sheet.add_counts("single", frame, ids, {"mean_others": tuple(ids.values())})
    for row, name in enumerate(names):
        sheet.add(Relation(name, tuple(ids[company][row] for company in _COMPANY)))
    known = {*sheet.tables["numbers"].ids["certain"]}
    for population, rows in _rows_by_population(populations).items():
        for times, company in enumerate(_COMPANY[:-1], start=1):
            exact = population.cell("overlap", f"certain/{times}")
            if exact in known:
                whole = population.cell("overlap").left(company)
                sheet.add_whole(whole, int(frame[company].iloc[rows].sum()))
                sheet.add(Relation(whole, tuple(ids[company][row] for row in rows)))
                sheet.add(Relation(whole, (exact,) * times))


def _add_pairs(context: MaskingContext, sheet: SummaryCells, frame: pd.DataFrame) -> None:
    """Add children with both indicators: they are some of those with the one, and the others have it without the
    other."""
    populations = sheet.populations(frame)
    columns = {indicator.number: indicator.column for indicator in context.survey.indicators}
    members = [(columns[first], columns[second]) for first, second in zip(frame["first"], frame["second"], strict=True)]
    both = [population.cell("pair", "+".join(pair)) for population, pair in zip(populations, members, strict=True)]
    # Known and possible are counts of children too, but of no table.
    blank = frame.assign(**{name: pd.array([pd.NA] * len(frame), dtype="Float64") for name in _OF_PAIRS})
    sheet.add_counts("pairs", blank, {"children": both})
    single = sheet.tables["single"]
    paired: dict[CellId, list[tuple[CellId, int]]] = {}
    counts = frame["children"].astype(int).tolist()
    for name, population, pair, count in zip(both, populations, members, counts, strict=True):
        for column in pair:
            paired.setdefault(population.cell(column, "yes"), []).append((name, count))
    _relate_company(sheet, paired)
    yes = dict(zip(single.ids["yes"], single.frame["yes"].astype(int), strict=True))
    for name, population, (first, second), count in zip(both, populations, members, counts, strict=True):
        for column, other in ((first, second), (second, first)):
            whole = population.cell(column, "yes")
            sheet.add_most(whole, [name], yes[whole] - count, whole.left(f"without {other}"), guarded=True)


def _relate_company(sheet: SummaryCells, paired: Mapping[CellId, Sequence[tuple[CellId, int]]]) -> None:
    """Relate the pairs of an indicator to how many others its children have: both are as many."""
    single = sheet.tables["single"]
    for row, name in enumerate(single.ids["yes"]):
        if pairs := paired.get(name):
            others = [company for times, company in enumerate(_COMPANY) for _ in range(times)]
            parts = [single.ids[company][row] for company in others]
            at_least = sum(int(single.frame[company].iloc[row]) for company in others)
            whole = name.left("paired")
            sheet.add_whole(whole, sum(count for _, count in pairs))
            sheet.add(Relation(whole, tuple(pair for pair, _ in pairs)))
            rest = whole.left("with more than three")
            sheet.add_most(whole, parts, sheet.unshown[whole].count - at_least, rest)
