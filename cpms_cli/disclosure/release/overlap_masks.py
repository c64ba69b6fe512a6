"""Indicators that occur together, as cells, and the same tables again with what is withheld blank.

Pairs are shown as counts alone: the other figures of a pair are made of counts that no table has. Triples are left out;
there are too many ways to work out one from others.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pandas as pd

from cpms_cli.disclosure.cells.summary_cells import SummaryCells
from cpms_cli.disclosure.engine.problem import Relation
from cpms_cli.disclosure.engine.protection import Protected
from cpms_cli.disclosure.release.summary_masks import Asked, Masked
from cpms_cli.summaries.rounds.overlap import Overlap

_COMPANY = ("alone", "with_one", "with_two", "with_three_or_more")
_OF_PAIRS = ("known", "share", "possible", "expected", "lift", "second_of_first", "first_of_second")


def mask_overlap(asked: Asked, one: Overlap) -> Masked[Overlap]:
    """An overlap of indicators."""
    sheet = asked.sheet(one.area, one.round)
    total = pd.DataFrame({"children": [one.children]})
    sheet.counts("total", total, {"children": [f"{at}children" for at in sheet.places(total)]})
    _numbers(sheet, one.numbers)
    _single(asked, sheet, one)
    _pairs(asked, sheet, one.pairs)

    def masked(found: Protected) -> Overlap:
        total = found.tables["total"]["children"].iloc[0]
        tables = {name: found.tables[name] for name in ("numbers", "single", "pairs")}
        groups = [
            name for name in one.pairs.columns[: one.pairs.columns.get_loc("first")] if name + "_label" in one.pairs
        ]
        pairs = tables["pairs"].sort_values(
            [*groups, "children", "first", "second"],
            ignore_index=True,
            ascending=[True] * len(groups) + [False, True, True],
        )
        return replace(
            one,
            numbers=tables["numbers"],
            single=tables["single"],
            pairs=pairs,
            triples=one.triples.iloc[:0],
            children=None if pd.isna(total) else int(total),
        )

    return sheet, masked


def _by_place(places: Sequence[str]) -> dict[str, list[int]]:
    rows: dict[str, list[int]] = {}
    for at, where in enumerate(places):
        rows.setdefault(where, []).append(at)
    return rows


def _numbers(sheet: SummaryCells, frame: pd.DataFrame) -> None:
    """Children by how many indicators they have: exactly so many add up to all, and those with more to at least so
    many."""
    places = sheet.places(frame)
    ids = {
        name: [f"{at}overlap/{name}/{number}" for at, number in zip(places, frame["number"], strict=True)]
        for name in ("certain", "possible", "at_least", "at_most")
    }
    sheet.counts("numbers", frame, ids)
    for where, rows in _by_place(places).items():
        sheet.whole(f"{where}children", int(frame["certain"].iloc[rows].sum()))
        for exact, more in (("certain", "at_least"), ("possible", "at_most")):
            sheet.add(Relation(f"{where}children", (ids[more][rows[0]],)))
            for at, after in zip(rows, [*rows[1:], None], strict=True):
                parts = (ids[exact][at],) if after is None else (ids[exact][at], ids[more][after])
                sheet.add(Relation(ids[more][at], parts))


def _single(asked: Asked, sheet: SummaryCells, one: Overlap) -> None:
    """Children of each indicator by how many others they have: as many in all as children with so many and one more."""
    frame = one.single
    places = sheet.places(frame)
    columns = {indicator.number: indicator.column for indicator in asked.survey.indicators}
    names = [f"{at}{columns[number]}/yes" for at, number in zip(places, frame["number"], strict=True)]
    ids = {"yes": names, **{company: [f"{name} overlap/{company}" for name in names] for company in _COMPANY}}
    sheet.counts("single", frame, ids, {"mean_others": tuple(ids.values())})
    for at, name in enumerate(names):
        sheet.add(Relation(name, tuple(ids[company][at] for company in _COMPANY)))
    known = {*sheet.tables["numbers"].ids["certain"]}
    for where, rows in _by_place(places).items():
        for times, company in enumerate(_COMPANY[:-1], start=1):
            exact = f"{where}overlap/certain/{times}"
            if exact in known:
                whole = f"{where}overlap {company}"
                sheet.whole(whole, int(frame[company].iloc[rows].sum()))
                sheet.add(Relation(whole, tuple(ids[company][at] for at in rows)))
                sheet.add(Relation(whole, (exact,) * times))


def _pairs(asked: Asked, sheet: SummaryCells, frame: pd.DataFrame) -> None:
    """Children with both indicators are some of those with the one, and the others have it without the other."""
    places = sheet.places(frame)
    columns = {indicator.number: indicator.column for indicator in asked.survey.indicators}
    both = [
        f"{at}pair/{columns[first]}+{columns[second]}"
        for at, first, second in zip(places, frame["first"], frame["second"], strict=True)
    ]
    # Known and possible are counts of children too, but of no table.
    blank = frame.assign(**{name: pd.array([pd.NA] * len(frame), dtype="Float64") for name in _OF_PAIRS})
    sheet.counts("pairs", blank, {"children": both})
    single = sheet.tables["single"]
    _company(sheet, both, frame)
    yes = dict(zip(single.ids["yes"], single.frame["yes"].astype(int), strict=True))
    for name, where, first, second, count in zip(
        both, places, frame["first"], frame["second"], frame["children"], strict=True
    ):
        for one, other in ((first, second), (second, first)):
            whole = f"{where}{columns[one]}/yes"
            sheet.most(whole, [name], yes[whole] - int(count), f"{whole} without {columns[other]}", guarded=True)


def _company(sheet: SummaryCells, both: Sequence[str], frame: pd.DataFrame) -> None:
    """The pairs of an indicator are as many as the others that its children have."""
    paired: dict[str, list[tuple[str, int]]] = {}
    for name, count in zip(both, frame["children"].astype(int), strict=True):
        where, _, members = name.rpartition("pair/")
        for column in members.split("+"):
            paired.setdefault(f"{where}{column}/yes", []).append((name, count))
    single = sheet.tables["single"]
    for at, name in enumerate(single.ids["yes"]):
        if pairs := paired.get(name):
            others = [company for times, company in enumerate(_COMPANY) for _ in range(times)]
            parts = [single.ids[company][at] for company in others]
            told = sum(int(single.frame[company].iloc[at]) for company in others)
            whole = f"{name} paired"
            sheet.whole(whole, sum(count for _, count in pairs))
            sheet.add(Relation(whole, tuple(pair for pair, _ in pairs)))
            sheet.most(whole, parts, sheet.unshown[whole].count - told, f"{whole} with more than three")
