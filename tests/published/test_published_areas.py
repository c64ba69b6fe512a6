"""Promise 15 on the reports themselves: every area of the sample store, published together, attacked as printed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import pandas as pd
import pytest

from cpms_cli.disclosure.release.area_protection import ProtectedAreas, protect_areas
from cpms_cli.disclosure.releases import Publication, earlier_releases, note_release
from cpms_cli.store.file import open_store
from cpms_cli.store.tables.release_tables import RELEASE_STATEMENTS
from cpms_cli.summaries.area.areas import AreaSummary, summarise_area
from cpms_cli.survey.model.definition import Survey
from tests.conftest import NUMBERS
from tests.published.tables_attacked import Case, Published, breaches

CODES = ("85", "8501", "850105", *(f"8501050{moo}" for moo in range(1, 7)))
ANSWERS = ("yes", "no", "unknown", "not_applicable")
Counts = dict[str, int | None]
Sums = list[tuple[str, Sequence[str]]]


@pytest.fixture(scope="module")
def summaries(sample_store: Path) -> list[AreaSummary]:
    return [summarise_area(sample_store, code) for code in CODES]


@pytest.fixture(scope="module")
def before(sample_store: Path) -> list[AreaSummary]:
    return [summarise_area(sample_store, code, round_=2025) for code in CODES]


@pytest.fixture(scope="module")
def published(summaries: list[AreaSummary], before: list[AreaSummary], survey: Survey) -> ProtectedAreas:
    return protect_areas(summaries, survey, Publication("areas", audience="province"), before)


def _printed(summary: AreaSummary) -> Iterator[tuple[str, object]]:
    """Every count of a summary where it is printed."""
    yield f"{summary.code} children", summary.children
    yield f"{summary.code} households", summary.households
    for row in summary.levels.to_dict("records"):
        yield f"{summary.code} {row['level']}", row["children"]
        yield f"{summary.code} {row['level']} could be", row["could_be"]
        yield f"{summary.code} {row['level']} homes", row["households"]
    for row in summary.indicators.to_dict("records"):
        for answer in ANSWERS:
            yield f"{summary.code} {row['number']} {answer}", row[answer]
    for row in summary.parts.to_dict("records"):
        for name, count in row.items():
            if name not in ("area", "name"):
                yield f"{row['area']} {name}", count


def _desk(summaries: Sequence[AreaSummary]) -> Counts:
    """What lies before the reader; a count that stands in two places must say the same in both."""
    desk: Counts = {}
    for summary in summaries:
        for name, count in _printed(summary):
            number = None if count is None or pd.isna(count) else int(count)  # type: ignore[call-overload]
            assert desk.setdefault(name, number) == number, f"{name}: withheld in one table and shown in another"
    return desk


def _known(true: dict[str, int], survey: Survey) -> tuple[Sums, dict[str, int]]:
    """How everybody knows the counts to add up; with what stands in no table (and is given here as it is), a sum says
    that one count is at most another."""
    sums: Sums = []
    beside: dict[str, int] = {}
    levels = [level.id for level in survey.levels]
    for code in CODES:
        sums.append((f"{code} children", [f"{code} {level}" for level in levels]))
        sums.append((f"{code} households", [f"{code} {level} homes" for level in levels]))
        for number in NUMBERS:
            sums.append((f"{code} children", [f"{code} {number} {answer}" for answer in ANSWERS]))
        for level in levels:
            more = f"{code} {level} more children than homes"
            beside[more] = true[f"{code} {level}"] - true[f"{code} {level} homes"]
            sums.append((f"{code} {level}", [f"{code} {level} homes", more]))
        could_be = [f"{code} {level} could be" for level in levels]
        unknown, every = f"{code} not_enough_answers", f"{code} could be"
        beside[every] = sum(true[name] for name in could_be)
        beside |= {f"{every} less": true[f"{code} children"] - beside[every]}
        beside |= {f"{every} more": beside[every] - true[unknown]}
        sums += [(every, could_be), (f"{code} children", [every, f"{every} less"]), (every, [unknown, f"{every} more"])]
    inside = {"85": ("8501",), "8501": ("850105",), "850105": CODES[3:]}
    for code, parts in inside.items():
        for name in [name.removeprefix(f"{code} ") for name in true if name.startswith(f"{code} ")]:
            sums.append((f"{code} {name}", [f"{part} {name}" for part in parts]))
    return sums, beside


def test_no_count_of_any_area_can_be_worked_out_from_all_of_them(
    published: ProtectedAreas, summaries: list[AreaSummary], survey: Survey
) -> None:
    true = {name: int(count or 0) for name, count in _desk(summaries).items()}
    shown = _desk(published.summaries)
    small = frozenset(name for name, count in true.items() if 0 < count < survey.privacy.threshold)
    assert len(small) > 100
    assert all(shown[name] is None for name in small)
    sums, beside = _known(true, survey)
    desk = Published(shown | dict.fromkeys(beside), sums)
    assert breaches([Case(desk, true | beside, small, survey.privacy.threshold, frozenset(beside))]) == []


def test_what_is_shown_is_true_and_what_is_not_is_never_zero(
    published: ProtectedAreas, summaries: list[AreaSummary]
) -> None:
    true, shown = _desk(summaries), _desk(published.summaries)
    assert {name: true[name] for name, count in shown.items() if count is not None} == {
        name: count for name, count in shown.items() if count is not None
    }
    hidden = [name for name, count in shown.items() if count is None]
    assert 0.2 < len(hidden) / len(shown) < 0.7
    assert shown["85 children"] == true["85 children"]
    assert len(published.protected.suppression.exposed) == 0


def test_a_share_or_change_is_shown_only_with_every_count_that_it_is_made_of(
    published: ProtectedAreas, summaries: list[AreaSummary], before: list[AreaSummary], survey: Survey
) -> None:
    changes = 0
    for summary, true, then in zip(published.summaries, summaries, before, strict=True):
        made_of = summary.indicators[["yes", "no"]].notna().all(axis=1)
        if "no_or_unknown" in summary.indicators:
            # Of few unknown answers: among all who were asked.
            joined = summary.indicators["no"].isna() & summary.indicators[["yes", "no_or_unknown"]].notna().all(axis=1)
            asked = true.indicators[["yes", "no", "unknown"]].sum(axis=1)
            lowest = (true.indicators["yes"] / asked)[joined].tolist()
            assert summary.indicators.loc[joined, "share"].tolist() == pytest.approx(lowest, abs=5e-4)
            made_of |= joined
        assert (summary.indicators["share"].notna() <= made_of).all()
        assert (summary.levels["share"].notna() <= summary.levels["children"].notna()).all()
        change_known = summary.indicators["change"].notna()
        changes += int(change_known.sum())
        assert (change_known <= summary.indicators["share"].notna()).all()
        for answer in ("yes", "no"):
            count = then.indicators[answer]
            assert not (change_known & count.between(1, survey.privacy.threshold - 1)).any()
        assert summary.indicators.loc[change_known, "change"].tolist() == pytest.approx(
            true.indicators.loc[change_known, "change"].tolist(), abs=5e-4
        )
    assert changes > 20


def test_lists_of_children_are_left_out_and_the_notes_say_so(published: ProtectedAreas) -> None:
    assert all(summary.response.empty for summary in published.summaries)
    assert any(note.startswith("n.p.: not published. ") and "fewer than 5" in note for note in published.notes)
    assert "The list of children is left out: it is not for publication." in published.notes


def test_notes_in_thai_and_changes_blank_without_the_round_before(summaries: list[AreaSummary], survey: Survey) -> None:
    alone = protect_areas(summaries[:1], survey, Publication("areas", language="th"))
    assert alone.notes[0].startswith("ไม่เผยแพร่: ตัวเลข ")
    assert alone.summaries[0].indicators["change"].isna().all()


def test_the_one_area_that_is_not_published_is_guarded_too(summaries: list[AreaSummary], survey: Survey) -> None:
    """A subdistrict and five of its six villages: the sixth is the difference. Without its parts' levels, since these
    stand in the subdistrict's own table."""
    five = summaries[2:8]
    true = _desk(summaries)
    shown = _desk(protect_areas(five, survey, Publication("areas")).summaries)
    threshold = survey.privacy.threshold
    for number in NUMBERS:
        for answer in ANSWERS:
            counts = [shown[f"{code} {number} {answer}"] for code in CODES[2:8]]
            sixth = int(true[f"{CODES[8]} {number} {answer}"] or 0)
            if 0 < sixth < threshold:
                assert None in counts, f"{number} {answer}: the difference is {sixth}"


@pytest.mark.parametrize("again", ["the same report", "a report on the villages"])
def test_what_the_store_remembers_of_a_release_guards_the_next(
    again: str, summaries: list[AreaSummary], survey: Survey, tmp_path: Path, sample_store: Path
) -> None:
    first = protect_areas(summaries[:3], survey, Publication("first", summaries[0].round, "press"))
    with open_store(tmp_path / "s.duckdb", survey, write=True, made_by="") as connection:
        connection.execute(RELEASE_STATEMENTS)
        connection.execute(RELEASE_STATEMENTS)
        assert note_release(connection, first.protected.release) == 1
        earlier = earlier_releases(connection, survey, "press")
        assert earlier_releases(connection, survey, "ministry") == []
    assert [(release.report, release.round, release.threshold) for release in earlier] == [("first", 2026, 5)]
    assert earlier[0].cells == first.protected.release.cells
    assert earlier[0].relations == first.protected.release.relations
    chosen = summaries[:3] if again == "the same report" else summaries[3:]
    second = protect_areas(chosen, survey, Publication("areas", audience="press", earlier=earlier))
    if again == "the same report":
        assert _desk(second.summaries) == _desk(first.summaries)
        return
    # Both desks together are as safe as one report with everything in it.
    shown = _desk(first.summaries) | {
        name: count for name, count in _desk(second.summaries).items() if name not in _desk(first.summaries)
    }
    true = {name: int(count or 0) for name, count in _desk(summaries).items()}
    small = frozenset(name for name, count in true.items() if 0 < count < survey.privacy.threshold)
    sums, beside = _known(true, survey)
    desk = Published(shown | dict.fromkeys(beside), sums)
    assert breaches([Case(desk, true | beside, small, survey.privacy.threshold, frozenset(beside))]) == []
