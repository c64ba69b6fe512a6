"""Promise 15 on reports as given away: an audience gets one after another, and all that is printed is attacked."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from lxml import html

from cpms_cli import render, report_area
from cpms_cli.disclosure.release.published_figures import published_figures
from cpms_cli.reports.document import Bullets, Chart, Document, Paragraph, TableBlock
from cpms_cli.scoring.judged_columns import measure_column
from cpms_cli.summaries.area.area_figures import AreaFigures, area_figures
from cpms_cli.summaries.area.compared_answers import hidden_columns
from cpms_cli.survey.messages import say
from cpms_cli.survey.model.definition import Survey
from cpms_cli.workspace import Workspace
from tests.published.tables_attacked import Case, Printed, Published, breaches

ANSWERS = ("yes", "no", "unknown", "not_applicable")
JOINED = {"no_or_unknown": "no", "yes_or_unknown": "yes"}
VILLAGES = tuple(f"8501050{moo}" for moo in range(1, 7))
YEARS = (2024, 2025, 2026)
GIVEN: tuple[tuple[str, int | None], ...] = (
    ("85", 2026),
    ("850105", 2026),
    ("85010501", 2026),
    ("figures", None),
    ("85", 2025),
)
Sums = list[tuple[str, Sequence[str]]]


class Desk(Printed):
    """What lies before the reader of reports: counts by round/area/what."""

    def share(self, share: Any, *names: str) -> None:
        """A share: the reader is taken to find out all counts of which it is made."""
        for name in names:
            self.counts.setdefault(name, None)
        if not pd.isna(share):
            self.implied.update(names)


def _read(desk: Desk, document: Document, code: str, year: int, survey: Survey) -> None:
    """Everything that a report of an area prints."""
    place = f"{year}/{code}"
    levels = {level.label.in_("en"): level.id for level in survey.levels}
    ends = {**levels, "Not surveyed in that round": "not_seen", say("move_reached_18", "en"): "reached_18"}
    tables = [part for part in document.parts if isinstance(part, TableBlock)]
    charts = {part.shape: part for part in document.parts if isinstance(part, Chart)}
    keys = [part.text.split()[0] for part in document.parts if isinstance(part, Paragraph) and part.style == "key"]
    for name, text in zip(("children", "households"), keys, strict=False):
        desk.put(f"{place}/{name}", None if text == "n.p." else text.replace(",", ""))
    for row in charts["level_bars"].frame.to_dict("records"):
        for level in levels.values():
            desk.put(f"{row['round']}/{code}/level/{level}", row[level])
    for frame in (table.frame for table in tables):
        if "item" in frame:
            _answers(desk, frame, place)
        elif "could_be" in frame:
            _response(desk, frame.assign(level=frame["label"].map(levels)), place)
        elif "severe" in frame:
            drawn = charts.get("heat_map")
            _parts(desk, frame, _listed(document, frame, survey) if drawn is None else drawn.frame, year, survey)
    if "level_flow" in charts:
        for row in charts["level_flow"].frame.to_dict("records"):
            desk.put(f"{place}/flow/{ends[row['from_level']]}/{ends[row['to_level']]}", row["children"])


def _listed(document: Document, parts: pd.DataFrame, survey: Survey) -> pd.DataFrame:
    """The shares that stand in words instead of a heat map of which most would be hatched, in the heat map's shape."""
    items = [item for part in document.parts if isinstance(part, Bullets) for item in part.items]
    lines = dict(item.split(": ", 1) for item in items if item.split(": ", 1)[0] in set(parts["label"]))
    names = {f"{indicator.number} {indicator.name.en}": str(indicator.number) for indicator in survey.indicators}
    rows = []
    for label in parts["label"]:
        row: dict[str, Any] = {"label": label, **dict.fromkeys(names.values(), float("nan"))}
        for part in filter(None, lines.get(label, "").split("; ")):
            name, share = part.removesuffix("\u00a0%").rsplit(" ", 1)
            row[names[name]] = float(share) / 100
        rows.append(row)
    return pd.DataFrame(rows)


def _response(desk: Desk, frame: pd.DataFrame, place: str) -> None:
    for row in frame.to_dict("records"):
        desk.put(f"{place}/level/{row['level']}", row["children"])
        desk.put(f"{place}/could_be/{row['level']}", row["could_be"])


def _answers(desk: Desk, frame: pd.DataFrame, place: str) -> None:
    for row in frame.to_dict("records"):
        name = f"{place}/{row['item']}"
        for answer in ANSWERS:
            desk.put(f"{name}/{answer}", row[answer])
        for both in (answer for answer in JOINED if answer in row):
            desk.put(f"{name}/{both}", row[both])
        joined = pd.isna(row["no"]) and not pd.isna(row.get("no_or_unknown"))
        for column in ("share", "low", "high"):
            desk.share(row[column], f"{name}/yes", f"{name}/{'no_or_unknown' if joined else 'no'}")
        others = ["no_or_unknown"] if joined else ["no", "unknown"]
        desk.share(row["lowest"], f"{name}/yes", *(f"{name}/{answer}" for answer in others))
        for column in ("highest", "unknown_share"):
            desk.share(row[column], f"{name}/yes", f"{name}/no", f"{name}/unknown")
        year, code = place.split("/")
        for column, ago in (("before", 1), ("earlier", 2)):
            of_round = f"{int(year) - ago}/{code}/{row['item']}"
            if int(year) - ago in YEARS:
                desk.share(row[column], f"{of_round}/yes", f"{of_round}/no")
        # What the area is compared with is the rest of the province: it tells the province's counts too.
        wider = f"{year}/85/{row['item']}"
        for column in ("around", "position"):
            desk.share(row.get(column), *(f"{of}/{answer}" for of in (name, wider) for answer in ("yes", "no")))
        if not pd.isna(row["trend"]):
            assert not pd.isna(row["share"]) and not (pd.isna(row["before"]) and pd.isna(row["earlier"]))


def _parts(desk: Desk, frame: pd.DataFrame, heat: pd.DataFrame, year: int, survey: Survey) -> None:
    shares_of = heat.drop_duplicates("label").set_index("label").to_dict("index")
    for row in frame.to_dict("records"):
        shares = shares_of[row["label"]]
        place = f"{year}/{row['area']}"
        for name in ("children", "severe"):
            desk.put(f"{place}/{name}", row[name])
        for level in survey.levels:
            desk.put(f"{place}/level/{level.id}", row[level.id])
        desk.share(row["share"], f"{place}/severe", f"{place}/children")
        for indicator in survey.indicators:
            desk.share(
                shares.get(str(indicator.number), 0.0),
                f"{place}/{indicator.column}/yes",
                f"{place}/{indicator.column}/no",
            )


def _true(figures: AreaFigures) -> Iterator[tuple[str, int]]:
    """The counts behind all of it."""
    place, code = f"{figures.round}/{figures.code}", figures.code
    yield from ((f"{place}/children", figures.children or 0), (f"{place}/households", figures.households or 0))
    for row in figures.levels.to_dict("records"):
        levels = {str(level): int(count) for level, count in row.items() if level != "round"}
        yield f"{row['round']}/{code}/children", sum(levels.values())
        yield from ((f"{row['round']}/{code}/level/{level}", count) for level, count in levels.items())
    for row in figures.response.to_dict("records"):
        yield f"{place}/could_be/{row['level']}", row["could_be"]
    for frame in (figures.indicators, figures.rights, figures.migration):
        for row in frame.to_dict("records"):
            yield from ((f"{place}/{row['item']}/{answer}", row[answer]) for answer in ANSWERS)
            yield from (
                (f"{place}/{row['item']}/{both}", row[answer] + row["unknown"]) for both, answer in JOINED.items()
            )
    for answers in figures.migration.tail(1)[list(ANSWERS)].itertuples(index=False):
        yield f"{place}/homes", sum(answers)
    for row in figures.flow.to_dict("records"):
        yield f"{place}/flow/{row['from_level']}/{row['to_level']}", row["children"]


@dataclass(frozen=True)
class Given:
    """What an audience was given, and the truth about it."""

    documents: dict[tuple[str, int | None], Document]
    desk: Desk
    true: dict[str, int]


@pytest.fixture(scope="module")
def given(sample_store: Path, survey: Survey, tmp_path_factory: pytest.TempPathFactory) -> Given:
    store = shutil.copy(sample_store, tmp_path_factory.mktemp("published") / "s.duckdb")
    desk = Desk()
    documents: dict[tuple[str, int | None], Document] = {}
    true: dict[str, int] = {}
    with Workspace(survey, Path(store)) as workspace:
        for when in YEARS:
            true |= dict(_true(area_figures(workspace, "85", round_=when)))
        # The sample lies in one subdistrict.
        true |= {name.replace("/85/", "/850105/"): count for name, count in true.items()}
        for village, when in [*((village, 2026) for village in VILLAGES), ("85010501", 2025), ("85010501", 2024)]:
            true |= dict(_true(area_figures(workspace, village, round_=when)))
    for code, year in GIVEN:
        if year is None:
            for row in published_figures(store).to_dict("records"):
                for answer in ANSWERS:
                    desk.put(f"{row['round']}/{row['area']}/i{row['indicator']:02d}/{answer}", row[answer])
            continue
        documents[code, year] = report_area(store, code, round_=year)
        _read(desk, documents[code, year], code, year, survey)
    severe = [level.id for level in survey.rule_levels[:-1]]
    for name in [name for name in desk.counts if name.endswith("/severe")]:
        true[name] = sum(true[f"{name.removesuffix('severe')}level/{level}"] for level in severe)
    return Given(documents, desk, true)


@dataclass
class _Known:
    """How everybody knows the counts to add up. Who adds what is printed nowhere (`beside`) says that one count is at
    most another."""

    true: dict[str, int]
    desk: dict[str, int | None]
    sums: Sums = field(default_factory=list)
    beside: dict[str, int] = field(default_factory=dict)

    def sum(self, whole: str, parts: Sequence[str]) -> None:
        """A sum of which something is printed; parts of which nothing is are unknown."""
        if any(name in self.desk for name in (whole, *parts)):
            self.beside |= {name: self.true.get(name, 0) for name in (whole, *parts) if name not in self.desk}
            self.sums.append((whole, parts))

    def most(self, whole: str, parts: Sequence[str]) -> None:
        """A sum of counts that are no more than another."""
        rest = f"{whole} beside {' '.join(parts)}"
        self.beside[rest] = self.true.get(whole, 0) - sum(self.true.get(name, 0) for name in parts)
        self.sum(whole, [*parts, rest])


def _outsider(given: Given, survey: Survey) -> _Known:
    known = _Known(given.true, given.desk.counts)
    levels = [level.id for level in survey.levels]
    items = [indicator.column for indicator in survey.indicators]
    others = sorted({name.split("/")[2] for name in given.desk.counts if name.count("/") == 3} - {"level", "could_be"})
    homes = [measure_column(measure.id) for measure in survey.measures if measure.of == "household"]
    # What the manual says: these are asked of everybody.
    everybody = {indicator.column for indicator in survey.indicators if indicator.applies is None}
    for pairs in _alike(given.true, items, others):
        for place in (f"{year}/{code}" for year in YEARS for code in ("85", "850105", *VILLAGES)):
            for item_name, same in pairs.items():
                known.sum(f"{place}/{item_name}", [f"{place}/{same}"])
    for year in YEARS:
        for place in (f"{year}/{code}" for code in ("85", "850105", *VILLAGES)):
            known.sum(f"{place}/children", [f"{place}/level/{level}" for level in levels])
            if known.true.get(f"{place}/homes") == known.true.get(f"{place}/households"):
                known.sum(f"{place}/households", [f"{place}/homes"])
            known.sum(f"{place}/severe", [f"{place}/level/{level.id}" for level in survey.rule_levels[:-1]])
            could_be = [f"{place}/could_be/{level}" for level in levels]
            known.most(f"{place}/children", could_be)
            if could_be[0] in known.desk:
                known.true[f"{place} open"] = sum(known.true[name] for name in could_be)
                known.sum(f"{place} open", could_be)
                known.most(f"{place} open", [f"{place}/level/{survey.level('open').id}"])
            for item in others:
                whole = f"{place}/homes" if item in homes else f"{place}/children"
                _answered(known, f"{place}/{item}", whole, item in everybody)
            _flows(known, year, place.split("/")[1], levels)
        _nested(known, year)
    return known


def _answered(known: _Known, item: str, whole: str, everybody: bool) -> None:
    """Answers add up, alone and two together; of what is asked of everybody, nobody is left out."""
    known.sum(whole, [f"{item}/{answer}" for answer in ANSWERS])
    for both, answer in JOINED.items():
        known.sum(f"{item}/{both}", [f"{item}/{answer}", f"{item}/unknown"])
    if everybody:
        known.sum(f"{item}/not_applicable", [])


def _nested(known: _Known, year: int) -> None:
    """A level is the sum of the one below; of those who moved between levels, some moved between villages too."""
    for what in sorted({name.split("/", 2)[2] for name in known.true if name.startswith(f"{year}/85/")}):
        villages = [f"{year}/{village}/{what}" for village in VILLAGES]
        if not what.startswith("flow/"):
            known.sum(f"{year}/85/{what}", [f"{year}/850105/{what}"])
            known.sum(f"{year}/850105/{what}", villages)
        elif not {"not_seen", "reached_18"} & {*what.split("/")}:
            known.sum(f"{year}/85/{what}", [f"{year}/850105/{what}"])
            known.most(f"{year}/850105/{what}", villages)


def _alike(true: dict[str, int], items: Sequence[str], others: Sequence[str]) -> Iterator[dict[str, str]]:
    """Rights and measures that are an indicator in other words, or its opposite, and which answer is which."""
    places = [*(f"{year}/85" for year in YEARS), *(f"2026/{village}" for village in VILLAGES)]
    turned = {"yes": "no", "no": "yes", "unknown": "unknown", "not_applicable": "not_applicable"}
    for other in (item_name for item_name in others if item_name not in items):
        for answers in ({answer: answer for answer in ANSWERS}, turned):
            for item in items:
                pairs = {f"{other}/{answer}": f"{item}/{same}" for answer, same in answers.items()}
                if all(
                    true.get(f"{place}/{a}") == true.get(f"{place}/{b}") for place in places for a, b in pairs.items()
                ):
                    yield pairs


def _flows(known: _Known, year: int, code: str, levels: Sequence[str]) -> None:
    flow = f"{year}/{code}/flow"
    if not any(name.startswith(flow) for name in known.desk):
        return
    ends = [*levels, "not_seen", "reached_18"]
    for level in levels:
        for place, parts in (
            (f"{year - 1}/{code}", [f"{flow}/{level}/{end}" for end in ends]),
            (f"{year}/{code}", [f"{flow}/{end}/{level}" for end in ends]),
        ):
            known.sum(f"{place}/level/{level}", [name for name in parts if name in known.desk])


def test_no_small_count_can_be_worked_out_from_all_that_an_audience_was_given(given: Given, survey: Survey) -> None:
    threshold = survey.privacy.threshold
    small = frozenset(name for name in given.desk.counts if 0 < given.true[name] < threshold)
    assert len(small) > 100
    given.desk.counts.update({name: given.true[name] for name in given.desk.implied})
    shown = {name: count for name, count in given.desk.counts.items() if count is not None}
    assert [name for name in shown if name in small] == []
    assert {name: given.true[name] for name in shown} == shown
    # Another command prints how many children there were, in every round and place.
    for name, count in given.true.items():
        if name.endswith("/children") and not 0 < count < threshold:
            given.desk.counts.setdefault(name, count)
    known = _outsider(given, survey)
    desk = Published(given.desk.counts | dict.fromkeys(known.beside), known.sums)
    # A count that is printed nowhere, but that a withheld share was made of, is withheld only where it is small.
    free = {name for name in given.desk.counts if name not in given.desk.printed and name not in small}
    case = Case(desk, given.true | known.beside, small, threshold, frozenset(known.beside) | free)
    breaches_made = breaches([case])
    assert breaches_made == [], "\n".join(breaches_made)


def test_the_page_says_not_published_just_where_the_tables_do(given: Given, tmp_path: Path) -> None:
    """The village's report, of which most is withheld: every table as a browser has it, and every chart's numbers."""
    document = given.documents["85010501", 2026]
    render(document, tmp_path / "r.html")
    page = html.fromstring((tmp_path / "r.html").read_text(encoding="utf-8"))
    blocks = [part for part in document.parts if isinstance(part, TableBlock)]
    withheld = 0
    for block in blocks:
        [table] = [
            table_element
            for table_element in page.xpath("//table")
            if table_element.xpath("string(caption)") == block.caption
        ]
        for position, column in enumerate(block.columns):
            if column.kind == "count":
                cells = [row.xpath("*")[position].text_content().strip() for row in table.xpath("tbody/tr")]
                assert [cell == "n.p." for cell in cells] == block.frame[column.name].isna().tolist()
                withheld += cells.count("n.p.")
    assert withheld > 50
    for chart in (part for part in document.parts if isinstance(part, Chart) and part.shape == "indicator_bars"):
        frame = next(block.frame for block in blocks if chart.frame["label"].tolist() == block.frame["label"].tolist())
        joined = frame["no_or_unknown"].notna() if "no_or_unknown" in frame else False
        gone = (frame["yes"].isna() | (frame["no"].isna() & ~joined)).to_numpy()
        assert chart.frame.loc[gone, ["share", "low", "high"]].isna().to_numpy().all()
        assert chart.withheld == frozenset((position, "share") for position, whether in enumerate(gone) if whether)


def test_nothing_rides_along_that_is_not_printed(given: Given) -> None:
    """A document is handed about in Python too: no frame of it holds the counts of the round before, or such."""
    for document in given.documents.values():
        for part in document.parts:
            if isinstance(part, TableBlock | Chart):
                assert hidden_columns(part.frame) == []
