"""Tables handed to `protect` as reports make them, whole, empty, or wrong."""

from __future__ import annotations

import duckdb
import pandas as pd
import pytest

from cpms_cli.disclosure.cell_id import CellId
from cpms_cli.disclosure.count_table import CountTable
from cpms_cli.disclosure.engine.problem import Cell, Relation
from cpms_cli.disclosure.protection import PublishedTogether, protect
from cpms_cli.disclosure.releases import Publication, earlier_releases
from cpms_cli.store.tables.release_tables import RELEASE_STATEMENTS, Release, ReleasedCell
from cpms_cli.survey.model.settings.privacy import PrivacyRules
from cpms_cli.survey.opening.loading import load_survey

RULES = PrivacyRules(threshold=5, zeros="telling", differences="hidden", k=5)
SEX = pd.DataFrame({"sex": ["girls", "boys", "all"], "children": [4, 21, 25], "share": [0.16, 0.84, 1.0]})
AGE = pd.DataFrame({"age": ["0-4", "5-17", "all"], "children": [12, 13, 25]})
GIRLS, BOYS, YOUNG, OLD, ALL = map(CellId.read, ("girls", "boys", "young", "old", "all"))
BY_SEX = CountTable(SEX, {"children": [GIRLS, BOYS, ALL]}, {"share": [[GIRLS, BOYS, ALL], [ALL] * 3]})
BY_AGE = CountTable(AGE, {"children": [YOUNG, OLD, ALL]})
SUMS = [Relation(ALL, (GIRLS, BOYS)), Relation(ALL, (YOUNG, OLD))]
REPORT = Publication("r")


def test_a_withheld_count_is_blank_with_what_is_computed_from_it_and_never_zero() -> None:
    protection = protect(PublishedTogether({"sex": BY_SEX, "age": BY_AGE}, SUMS), RULES, Publication("two tables"))
    assert protection.tables["sex"]["children"].isna().tolist() == [True, True, False]
    assert protection.tables["sex"]["share"].isna().tolist() == [True, True, False]
    assert protection.tables["sex"]["children"].iloc[2] == 25
    assert protection.tables["age"]["children"].tolist() == [12, 13, 25]
    assert SEX["children"].tolist() == [4, 21, 25], "the table that was handed in is not touched"
    assert protection.notes == (
        "n.p.: not published. 2 of 5 counts are withheld: 1 because it could tell about single children (fewer than"
        " 5), 1 because it would give those away.",
    )


def test_a_release_remembers_what_was_shown_withheld_and_in_no_table() -> None:
    orphans, others = CellId.read("orphans"), CellId.read("others")
    unshown = {orphans: Cell(2, shown=False), others: Cell(23, shown=False)}
    sums = [*SUMS, Relation(ALL, (orphans, others))]
    tables = {"sex": BY_SEX, "age": BY_AGE}
    protection = protect(PublishedTogether(tables, sums, unshown), RULES, Publication("r", 2026, "us"))
    assert {str(name): (cell.count, cell.state) for name, cell in protection.release.cells.items()} == {
        "girls": (4, "withheld"),
        "boys": (21, "withheld"),
        "all": (25, "shown"),
        "young": (12, "shown"),
        "old": (13, "shown"),
        "orphans": (2, "unshown"),
        "others": (23, "unshown"),
    }
    assert (ALL, (GIRLS, BOYS)) in protection.release.relations
    assert (protection.release.audience, protection.release.round, protection.release.threshold) == ("us", 2026, 5)


def test_one_child_more_since_the_last_report_to_the_same_readers_is_not_told() -> None:
    """They had: 24 children, 12 young and 12 old. Now there is one more, and it would be known to be old."""
    given = {ALL: 24, YOUNG: 12, OLD: 12}
    earlier = Release(
        "us",
        "r",
        2026,
        5,
        {name: ReleasedCell(count, "shown") for name, count in given.items()},
        ((ALL, (YOUNG, OLD)),),
    )
    protection = protect(PublishedTogether({"age": BY_AGE}, SUMS[1:]), RULES, Publication("r", earlier=[earlier]))
    assert protection.tables["age"]["children"].isna().tolist() == [False, True, True]
    assert protection.notes[1].startswith(
        "2 counts differ by fewer than 5 from what the same readers were given before"
    )
    shown = RULES.model_copy(update={"differences": "shown"})
    again = protect(PublishedTogether({"age": BY_AGE}, SUMS[1:]), shown, Publication("r", earlier=[earlier]))
    assert again.tables["age"]["children"].tolist() == [12, 13, 25]


def test_twenty_more_are_told() -> None:
    given = {ALL: 5, YOUNG: 0, OLD: 5}
    earlier = Release(
        "us",
        "r",
        2026,
        5,
        {name: ReleasedCell(count, "shown") for name, count in given.items()},
        ((ALL, (YOUNG, OLD)),),
    )
    protection = protect(PublishedTogether({"age": BY_AGE}, SUMS[1:]), RULES, Publication("r", earlier=[earlier]))
    assert protection.tables["age"]["children"].tolist() == [12, 13, 25]
    assert protection.notes == ()


def test_tables_without_rows_or_without_counts_come_back_as_they_are() -> None:
    empty = CountTable(SEX.iloc[:0], {"children": []}, {"share": [[]]})
    names = CountTable(SEX[["sex"]], {})
    protection = protect(PublishedTogether({"empty": empty, "names": names}, []), RULES, REPORT)
    assert len(protection.tables["empty"]) == 0
    assert protection.tables["names"]["sex"].tolist() == ["girls", "boys", "all"]
    assert (protection.notes, protection.suppression.hidden) == ((), frozenset())


def test_one_id_for_two_counts_is_refused() -> None:
    other = CountTable(AGE.assign(children=[12, 13, 26]), {"children": [YOUNG, OLD, ALL]})
    with pytest.raises(ValueError, match="all stands for two counts"):
        protect(PublishedTogether({"sex": BY_SEX, "age": other}, SUMS[:1]), RULES, REPORT)


def test_a_sum_that_does_not_hold_is_refused() -> None:
    with pytest.raises(ValueError, match="all is not the sum of its parts"):
        protect(PublishedTogether({"sex": BY_SEX}, [Relation(ALL, (GIRLS,))]), RULES, REPORT)


@pytest.mark.parametrize("name", ["Committee", " committee ", "com\u200bmittee", "ｃommittee"])
def test_readers_are_the_same_however_their_name_is_typed(name: str) -> None:
    """They had a table under one spelling: under another they have it still; others have not."""
    with duckdb.connect() as connection:
        connection.execute(RELEASE_STATEMENTS)
        given = protect(PublishedTogether({"age": BY_AGE}, SUMS[1:]), RULES, Publication("r", audience="committee"))
        given.remember(connection)
        assert [release.audience for release in earlier_releases(connection, load_survey(), name)] == ["committee"]
        assert earlier_releases(connection, load_survey(), "subcommittee") == []
