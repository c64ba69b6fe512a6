"""A site: given the sample store, when it is made, then it is a folder of pages that lead to one another, need no
network and no script, show no child, and together give no withheld count away."""

from __future__ import annotations

import re
import shutil
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pytest
from lxml import html

from cpms_cli.disclosure.cells.report_cells import ReportCells
from cpms_cli.disclosure.cells.reports_together import put_together
from cpms_cli.disclosure.release.area_release import PublishedAreas, published_areas, same_answers
from cpms_cli.reports.charts.chart_style import Fill
from cpms_cli.reports.composing.area.area_context import AreaContext
from cpms_cli.reports.composing.area.area_levels import levels
from cpms_cli.reports.document import Document, Paragraph
from cpms_cli.reports.documents.rendering import render_site
from cpms_cli.reports.site.site import compose_site
from cpms_cli.summaries.area.area_figures import AreaFigures, area_figures
from cpms_cli.summaries.area.names_apart import names_apart
from cpms_cli.summaries.area.nested_figures import nested_figures
from cpms_cli.survey.model.definition import Survey
from cpms_cli.workspace import Workspace
from tests.conftest import NUMBERS, Cpms

LANGUAGES = ("en", "th")
COMMUNITIES = [f"8501050{number}" for number in range(1, 7)]
AREAS = ["85", "8501", "850105", *COMMUNITIES]


@pytest.fixture(scope="module")
def folders(sample_store: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The site of the sample store in both languages, the second made for those who have the first."""
    beside = tmp_path_factory.mktemp("sites")
    store, folders = shutil.copy(sample_store, beside / "s.duckdb"), {}
    for language in LANGUAGES:
        with Workspace.from_paths(store, language=language, writes=True) as workspace:
            site = compose_site(workspace)
        folders[language] = beside / language
        render_site(site.pages, folders[language])
    return folders


@pytest.fixture(scope="module")
def sites(folders: dict[str, Path]) -> dict[str, dict[str, Any]]:
    """The same as parsed pages, by language and file."""
    return {
        language: {path.name: html.fromstring(path.read_bytes().decode("utf-8")) for path in sorted(folder.iterdir())}
        for language, folder in folders.items()
    }


def test_the_index_is_the_province_and_every_area_and_indicator_has_a_page(sites: dict[str, dict[str, Any]]) -> None:
    areas = {f"area-{code}.html" for code in AREAS[1:]}
    indicators = {f"indicator-{number}.html" for number in NUMBERS}
    for pages in sites.values():
        assert set(pages) == {"index.html", "rights.html"} | areas | indicators
    index = sites["en"]["index.html"]
    assert index.xpath("string(//h1)") == "Children in Ranong"
    first, second = index.xpath("//h2/text()")[:2]
    assert (first, second) == ("What to do first", "Districts and subdistricts")


def test_wide_areas_have_migration_and_their_levels_in_every_round(sites: dict[str, dict[str, Any]]) -> None:
    """The store has three rounds. What has one round only has no sentence about arrows."""
    for name, rounds, has_migration in (
        ("index.html", 3, True),
        ("area-8501.html", 3, True),
        ("area-850105.html", 1, False),
    ):
        page = sites["en"][name]
        [levels] = page.xpath("//section[h2='Children by level']")
        assert len(levels.xpath(".//tbody/tr")) == rounds, name
        assert bool(page.xpath("//h2[.='Migration']")) == has_migration, name
        assert "changed since the first" not in page.text_content(), name


def test_rights_are_told_of_the_whole_alone(sites: dict[str, dict[str, Any]], figures: tuple[AreaFigures, ...]) -> None:
    """Of areas within it too, they would let most other figures be withheld: of those nothing more is, as the counts of
    the attack below say."""
    assert [of.code for of in figures if len(of.rights)] == ["85"]
    assert [name for name, page in sites["en"].items() if page.xpath("//h2[.='Rights']")] == [
        "index.html",
        "rights.html",
    ]
    page = sites["en"]["rights.html"]
    [table] = page.xpath("//table[contains(string(caption), 'Share of children who have each right')]")
    registered = next(row for row in table.xpath("tbody/tr") if row.xpath("string(th)") == "Birth registration")
    assert [cell.text_content() for cell in registered.xpath("td")][:4] == ["272", "24", "6", "0"]
    [meaning] = page.xpath("//table[string(caption)='What each right means']")
    assert len(meaning.xpath("tbody/tr")) == 5
    assert sites["en"]["index.html"].xpath("//a[@href='rights.html']")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_link_leads_to_a_page_of_the_folder_and_every_page_is_reached(
    sites: dict[str, dict[str, Any]], language: str
) -> None:
    pages, linked = sites[language], {"index.html"}
    for page in pages.values():
        ids = set(page.xpath("//@id"))
        for target in page.xpath("//a/@href"):
            assert target[1:] in ids if target.startswith("#") else target in pages
        linked |= {target for target in page.xpath("//a/@href") if not target.startswith("#")}
    assert linked == set(pages)


def test_breadcrumbs_lead_up_through_the_areas_around(sites: dict[str, dict[str, Any]]) -> None:
    def crumbs(name: str) -> list[tuple[str, str]]:
        links = sites["en"][name].xpath("//nav[@class='crumbs']//a")
        return [(link.text, link.get("href")) for link in links]

    around = [("Ranong", "index.html"), ("Mueang Ranong", "area-8501.html"), ("Pak Nam", "area-850105.html")]
    assert crumbs("index.html") == []
    assert crumbs("area-85010501.html") == around
    assert crumbs("area-8501.html") == around[:1]
    assert crumbs("indicator-3.html") == around[:1]


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_page_loads_anything_and_only_the_script_of_ours_may_run(
    sites: dict[str, dict[str, Any]], language: str
) -> None:
    for page in sites[language].values():
        assert page.get("lang") == language
        assert page.xpath("//link | //img | //iframe | //object | //form | //script[@src] | //@onclick") == []
        body = html.tostring(page.body, encoding="unicode").replace("http://www.w3.org/2000/svg", "")
        assert not re.search(r"https?:|url\((?!#)", body)
        [policy] = page.xpath("//meta[@http-equiv='Content-Security-Policy']/@content")
        assert policy.startswith("default-src 'none'") and re.search(r"script-src 'sha256-[\w+/=]{44}'$", policy)
        [script] = page.xpath("//script/text()")
        assert not re.search(r"fetch|XMLHttp|import|innerHTML|localStorage|eval", script)


def test_without_a_script_nothing_is_hidden(sites: dict[str, dict[str, Any]]) -> None:
    """What searches and sorts is made by the script: in the page itself there is no field, and no row is hidden."""
    for page in sites["en"].values():
        assert page.xpath("//*[@hidden] | //input | //select | //button | //noscript") == []
    rows = sites["en"]["indicator-3.html"].xpath("//table[last()]//tbody//th/a/text()")
    assert {re.sub(r" [‡*]", "", name) for name in rows} >= {f"Pak Nam, moo {number}" for number in range(1, 7)}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_can_be_read_aloud(sites: dict[str, dict[str, Any]], language: str) -> None:
    """One title; no level of heading left out; a caption and heads of rows and columns for every table; words for every
    picture; a link to skip to what the page says; nothing with a text of its own that has no name."""
    for name, page in sites[language].items():
        levels = [int(heading.tag[1]) for heading in page.xpath("//h1 | //h2 | //h3 | //h4")]
        assert (levels[0], levels.count(1)) == (1, 1), name
        assert all(after <= before + 1 for before, after in pairwise(levels)), name
        for table in page.xpath("//table"):
            assert table.xpath("string(caption)").strip(), name
            assert all(head.get("scope") == "col" and head.text_content().strip() for head in table.xpath("thead//th"))
            assert all(row.xpath("th[@scope='row']") for row in table.xpath("tbody/tr")), name
        for picture in page.xpath("//*[local-name()='svg']"):
            named = picture.get("aria-labelledby").split()
            texts = [picture.xpath(f"string(*[@id='{target}'])") for target in named]
            assert picture.get("role") == "img" and len(texts) == 2 and all(texts), name
        assert page.xpath("//a[@class='skip']/@href") == ["#main"] and page.xpath("//main[@id='main']"), name
        regions = page.xpath("//*[@role='region']/@aria-label")
        assert len(regions) == len(set(regions)), name
        assert all(link.text_content().strip() for link in page.xpath("//a")), name


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
def test_text_stands_out_from_the_page_by_day_and_by_night(sites: dict[str, dict[str, Any]], scheme: int) -> None:
    """WCAG 2.2, 1.4.3: 4.5 to 1 for text, on the page, on a card and on the bar in a table's cell."""
    style = sites["en"]["index.html"].xpath("string(//style)")
    colours = dict(re.findall(r"--([\w-]+): (#\w{6})", re.findall(r":root \{([^}]+)\}", style)[scheme]))
    for text in ("ink", "quiet", "link"):
        for behind in ("paper", "card", *(["bar-ink"] if text == "ink" else [])):
            light, dark = sorted((Fill(colours[text]).luminance, Fill(colours[behind]).luminance), reverse=True)
            assert (light + 0.05) / (dark + 0.05) >= 4.5, (text, behind)


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_file_names_a_child(folders: dict[str, Path], sample_store: Path, language: str) -> None:
    columns = ("cpms_id", "national_id", "given_name", "family_name", "mother_name")
    with duckdb.connect(str(sample_store), read_only=True) as connection:
        children = connection.execute(f"SELECT {', '.join(columns)} FROM current_child").df()
    known = {str(value) for name in columns for value in children[name].dropna().unique() if len(str(value)) > 2}
    assert len(known) > 500
    words = set()
    for path in folders[language].iterdir():
        words |= set(re.findall(r"[\wก-๛.-]+", path.read_text("utf-8")))
    assert known & words == set()


def test_a_thai_site_is_in_thai(sites: dict[str, dict[str, Any]]) -> None:
    for page in sites["th"].values():
        shown = page.xpath("//body//text()[not(ancestor::script)] | //script/@*[starts-with(name(), 'data-')]")
        words = re.findall(r"[A-Za-z]{2,}", re.sub(r"\{\w+\}", "", " ".join(shown)))
        assert set(words) <= {"UN", "OCHA", "mapthai"}  # whom the outlines come from


def test_areas_of_one_list_that_are_called_the_same_are_told_apart(survey: Survey) -> None:
    """Kapoe is a district of Ranong and a subdistrict in it; in Thai the word before the name says which. Two
    subdistricts of Nonthaburi are called Ban Mai, in two districts, and so are their villages."""
    codes = ["85", "8503", "850302", "85030201", "8501"]
    assert names_apart(survey, codes, "en") == {
        "85": "Ranong",
        "8503": "Kapoe (district)",
        "850302": "Kapoe",
        "85030201": "Kapoe, moo 1",
        "8501": "Mueang Ranong",
    }
    thai = names_apart(survey, codes, "th")
    assert (thai["8503"], thai["850302"]) == ("อำเภอกะเปอร์", "ตำบลกะเปอร์")
    names = names_apart(survey, ["120306", "120603", "12030601", "12060301", "12060302"], "th")
    assert list(names.values()) == [
        "ตำบลบ้านใหม่ (อำเภอบางใหญ่)",
        "ตำบลบ้านใหม่ (อำเภอปากเกร็ด)",
        "ตำบลบ้านใหม่ หมู่ที่ 1 (อำเภอบางใหญ่)",
        "ตำบลบ้านใหม่ หมู่ที่ 1 (อำเภอปากเกร็ด)",
        "ตำบลบ้านใหม่ หมู่ที่ 2",
    ]


@pytest.fixture(scope="module")
def figures(sample_store: Path) -> tuple[AreaFigures, ...]:
    """The true figures of every area, asked together."""
    with Workspace.from_paths(sample_store) as workspace:
        return nested_figures(workspace, "85")


def test_no_answer_lifts_a_child_to_the_level_of_those_who_cannot_be_judged(
    figures: tuple[AreaFigures, ...], survey: Survey
) -> None:
    """How many could be at which level is withheld of each, also of "Not enough answers", where nobody could be."""
    hidden = figures[0].response.assign(could_be=pd.array([None] * len(survey.levels), "Int64"))
    parts = levels(AreaContext(survey, replace(figures[0], response=hidden), "en"))
    sentences = [part.text for part in parts if isinstance(part, Paragraph) and "could lift" in part.text]
    assert sentences == [
        "Missing answers could lift children to a more severe level (Victim n.p., High risk n.p., At risk n.p.):"
        " they need a return visit; unknown is not no."
    ]


@pytest.mark.parametrize("code", ["85", "850105", "85010502"])
def test_figures_asked_together_are_those_of_each_areas_own_report(
    sample_store: Path, figures: tuple[AreaFigures, ...], code: str
) -> None:
    [together] = [of for of in figures if of.code == code]
    with Workspace.from_paths(sample_store) as workspace:
        alone = area_figures(workspace, code)
    for name in ("code", "name", "round", "children", "households", "wider"):
        assert getattr(together, name) == getattr(alone, name)
    for name in ("response", "parts", "heat", "heat_counts", "heat_others"):
        _check_same(getattr(together, name), getattr(alone, name))
    columns = [name for name in together.indicators if name != "trend"]
    _check_same(together.indicators[columns], alone.indicators[columns])
    if len(code) < 6:
        _check_same(together.levels, alone.levels)
        columns = [name for name in together.migration if name != "trend"]
        _check_same(together.migration[columns], alone.migration[columns])


def _check_same(together: pd.DataFrame, alone: pd.DataFrame) -> None:
    pd.testing.assert_frame_equal(together, alone, check_dtype=False, check_names=False, check_column_type=False)


@pytest.fixture(scope="module")
def published(
    sample_store: Path, figures: tuple[AreaFigures, ...], tmp_path_factory: pytest.TempPathFactory
) -> PublishedAreas:
    """The figures as readers outside the office get them."""
    store = shutil.copy(sample_store, tmp_path_factory.mktemp("published") / "s.duckdb")
    with Workspace.from_paths(store, writes=True) as workspace:
        return published_areas(workspace, figures, "site 85")


def test_what_one_page_withholds_no_other_page_shows(
    published: PublishedAreas, figures: tuple[AreaFigures, ...]
) -> None:
    """Pak Nam is all of its district and of its province here: what is withheld of one is withheld of all three."""
    by_code = {of.code: of for of in published.figures}
    answers = ["yes", "no", "unknown", "not_applicable"]
    shown = [by_code[code].indicators[answers].isna() for code in ("85", "8501", "850105")]
    assert shown[0].to_numpy().any()
    assert shown[0].equals(shown[1]) and shown[1].equals(shown[2])
    levels = [by_code[code].response["children"].isna().tolist() for code in ("85", "8501", "850105")]
    assert levels[0] == levels[1] == levels[2]


def test_adding_up_areas_gives_no_withheld_count(published: PublishedAreas, figures: tuple[AreaFigures, ...]) -> None:
    """The attack: whoever has all pages takes the whole and the communities that are shown from it. Wherever one
    community is withheld and the whole is shown, another is withheld too, so that the rest is never one count; and no
    small count is shown anywhere."""
    by_code, true = ({of.code: of for of in each} for each in (published.figures, figures))
    attacked = 0

    def counted(of: AreaFigures, answer: str) -> list[int | None]:
        return [None if pd.isna(count) else int(count) for count in of.indicators.sort_values("number")[answer]]

    for answer in ("yes", "no"):
        whole = counted(by_code["850105"], answer)
        parts = [counted(by_code[code], answer) for code in COMMUNITIES]
        truths = [counted(true[code], answer) for code in COMMUNITIES]
        for row, count in enumerate(whole):
            shown = [part[row] for part in parts]
            assert not {1, 2, 3, 4} & {count, *shown}
            if count is None:
                continue
            attacked += shown.count(None)
            assert shown.count(None) != 1
            assert count == sum(truth[row] or 0 for truth in truths)
    assert attacked > 50


def test_a_site_made_again_shows_what_it_showed(folders: dict[str, Path], sites: dict[str, dict[str, Any]]) -> None:
    """The second site, for the same readers, withholds the same: its figures are those of the first."""

    def cells(page: Any) -> list[str]:
        texts = page.xpath("//td[contains(@class, 'count')]")
        return [re.sub(r"\D", "", cell.text_content()) for cell in texts]

    for name, page in sites["en"].items():
        assert cells(page) == cells(sites["th"][name])


def test_cells_of_several_reports_that_contradict_one_another_are_refused(
    sample_store: Path, figures: tuple[AreaFigures, ...], survey: Survey
) -> None:
    with Workspace.from_paths(sample_store) as workspace:
        same = same_answers(workspace.profiled(), survey)
    village = next(of for of in figures if of.code == "85010501")
    other = next(of for of in figures if of.code == "85010502")
    other.indicators["around_yes"] += 1
    with pytest.raises(ValueError, match="stands for two counts"):
        put_together([ReportCells(survey, of, same) for of in (village, other)])
    other.indicators["around_yes"] -= 1


def _page(name: str) -> dict[str, Document]:
    return {"index.html": Document(name, "", "en", ())}


def test_a_folder_is_replaced_where_it_is_a_site_of_ours_and_else_left_alone(tmp_path: Path) -> None:
    from cpms_cli.errors import UsageError

    folder = tmp_path / "site"
    render_site(_page("first"), folder)
    (folder / "area-85.html").write_bytes((folder / "index.html").read_bytes())
    render_site(_page("second"), folder)
    assert [path.name for path in folder.iterdir()] == ["index.html"]
    assert "second" in (folder / "index.html").read_text("utf-8")
    (folder / "notes.txt").write_text("of somebody", "utf-8")
    with pytest.raises(UsageError, match=r"notes\.txt in it is no page"):
        render_site(_page("third"), folder)
    (folder / "notes.txt").unlink()
    (folder / "index.html").write_text("<html>another's</html>", "utf-8")
    with pytest.raises(UsageError, match=r"index\.html in it is no page"):
        render_site(_page("third"), folder)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["site"]


def test_the_command_says_what_it_wrote_and_what_it_replaced(
    cpms: Cpms, sample_store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    shutil.copy(sample_store, "cpms.duckdb")
    first = cpms("report", "site", "ranong", "--internal")
    assert first.code == 0
    assert "For the office only: small counts are not withheld here" in " ".join(first.err.split())
    assert "ranong: 32 pages. Open index.html in it" in first.err and "replaced" not in first.err
    index = Path("ranong/index.html").read_text("utf-8")
    assert "INTERNAL" in index and "n.p." not in index
    assert "no round before" not in index  # there is one, and this site does not speak of it
    assert "ranong: the site that stood there was replaced" in cpms("report", "site", "ranong", "--internal").err
    refused = cpms("report", "site", "ranong", "--area", "850105")
    assert refused.code == 2
    assert "a site is of a province (2 digits) or of a district" in " ".join(refused.err.split())
