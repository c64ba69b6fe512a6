"""Reports as HTML: given the sample store, when a report is written, then it is one page that anybody can read."""

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
from lxml import etree, html

from cpms_cli import list_children, render, report_area, report_child
from cpms_cli.reports.charts.chart_style import NARROW, WIDE
from cpms_cli.reports.charts.charts import chart_svg
from cpms_cli.reports.document import (
    BlankLines,
    Bullets,
    Chart,
    Column,
    Document,
    Heading,
    PageBreak,
    Paragraph,
    TableBlock,
)
from cpms_cli.summaries.area.area_figures import area_figures
from cpms_cli.summaries.migration.migration_release import published_migration
from cpms_cli.survey.model.definition import Survey
from cpms_cli.survey.speech.languages import traits_of
from cpms_cli.workspace import Workspace
from tests.conftest import NUMBERS, ROOT, Cpms

LANGUAGES = ("en", "th")
# Names of those the outlines come from, which have no Thai form.
_PROPER_NAMES = {"UN", "OCHA", "mapthai"}


@pytest.fixture(scope="module")
def documents(sample_store: Path) -> dict[str, Document]:
    """A province in Thai and a community in English."""
    return {"th": report_area(sample_store, "85", language="th"), "en": report_area(sample_store, "850105")}


@pytest.fixture(scope="module")
def pages(documents: dict[str, Document], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The same as parsed pages."""
    folder, written = tmp_path_factory.mktemp("reports"), {}
    for language, document in documents.items():
        path = folder / f"{language}.html"
        render(document, path)
        written[language] = html.fromstring(path.read_bytes().decode("utf-8"))
    return written


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_page_loads_and_runs_nothing(pages: dict[str, Any], language: str) -> None:
    page = pages[language]
    assert page.xpath("//script | //iframe | //object | //link | //img | //@onclick | //@onload") == []
    linked = page.xpath("//@href | //@src | //@*[name()='xlink:href']")
    assert linked and all(reference.startswith("#") for reference in linked)
    assert "url(" not in "".join(page.xpath("//style/text()"))
    assert all(reference.startswith("url(#") for reference in page.xpath("//@*[contains(., 'url(')]"))
    policy = page.xpath("//meta[@http-equiv='Content-Security-Policy']/@content")[0]
    assert "default-src 'none'" in policy and "script" not in policy


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_page_reads_without_eyes(pages: dict[str, Any], language: str) -> None:
    """Headings in order, tables with captions and scopes, pictures with words; links lead somewhere."""
    page = pages[language]
    assert page.get("lang") == language
    levels = [int(heading.tag[1]) for heading in page.xpath("//h1 | //h2 | //h3")]
    assert levels[0] == 1 and levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))
    notes = page.xpath("//*[@role='note']")
    assert notes == page.xpath("//body/header/*[@role='note']"), "what is read aloud stands in a landmark"
    tables = page.xpath("//table")
    assert len(tables) >= 7
    for table in tables:
        assert table.xpath("string(caption)").strip()
        assert all(
            header.get("scope") == "col" and header.text_content().strip() for header in table.xpath("thead//th")
        )
        assert all(row.xpath("th[@scope='row']") for row in table.xpath("tbody/tr"))
    pictures = page.xpath("//*[local-name()='svg']")
    assert len(pictures) >= 10
    ids = page.xpath("//@id")
    assert len(ids) == len(set(ids))
    for picture in pictures:
        assert picture.get("role") == "img"
        named = [page.get_element_by_id(element_id).text for element_id in picture.get("aria-labelledby").split()]
        assert len(named) == 2 and all(named)
    assert all(reference.removeprefix("#") in ids for reference in page.xpath("//a/@href"))


def test_a_thai_page_has_no_english_but_codes(pages: dict[str, Any]) -> None:
    page = pages["th"]
    words = " ".join(text for text in page.xpath("//text()[not(ancestor::style)]"))
    assert set(re.findall(r"[A-Za-z]{2,}", words)) <= _PROPER_NAMES


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_report_of_an_area_shows_a_child(pages: dict[str, Any], sample_store: Path, language: str) -> None:
    """No identifier, no national number and no name of any child of the store; names in Thai are words too, so that one
    counts only where no other Thai letter touches it."""
    with duckdb.connect(str(sample_store), read_only=True) as connection:
        known = _personal(connection)
    page_text = html.tostring(pages[language], encoding="unicode")
    assert len(known) > 500
    assert [
        value
        for value in known
        if value in page_text and re.search(rf"(?<![ก-๛\w]){re.escape(value)}(?![ก-๛\w])", page_text)
    ] == []


def _personal(connection: duckdb.DuckDBPyConnection) -> set[str]:
    columns = ("cpms_id", "national_id", "given_name", "family_name", "mother_name")
    children = connection.execute(f"SELECT {', '.join(columns)} FROM current_child").df()
    return {str(value) for name in columns for value in children[name].dropna().unique() if len(str(value)) > 2}


def test_a_page_shows_the_figures_of_the_store(pages: dict[str, Any], sample_store: Path, survey: Survey) -> None:
    """The children at each level in the last round, counted from the line list."""
    listed = list_children(sample_store, area="850105", round_=2026)
    counts = listed["level"].value_counts()
    page = pages["en"]
    assert f"{len(listed)} children" in [entry.text_content() for entry in page.xpath("//ul[@class='key']/li")]
    [table] = [
        table_element
        for table_element in page.xpath("//table")
        if table_element.xpath("string(thead/tr/th[1])") == "Round"
    ]
    last = [cell.text_content() for cell in table.xpath("tbody/tr[last()]/*")]
    assert last == ["2026", *(f"{counts.get(level.id, 0):,}" for level in survey.levels)]


def test_text_that_looks_like_a_page_or_a_formula_stays_text(tmp_path: Path) -> None:
    """Every kind of part, each with a text that a browser would run."""
    bad = "<script>alert(1)</script><img src=x onerror=alert(1)> =1+1 & \"'"
    frame = pd.DataFrame({"a": [bad], "n": pd.array([None], dtype="Int64"), "s": [None], "c": [-0.05]})
    kinds = (Column("a", bad), Column("n", bad, "count"), Column("s", bad, "share"), Column("c", bad, "change"))
    parts = (
        Heading(bad),
        Heading(bad, 3),
        Paragraph(bad),
        Paragraph(bad, "key"),
        Paragraph(bad, "note"),
        Bullets((bad,)),
        TableBlock(bad, frame, kinds, bad),
        BlankLines(bad, 2),
        PageBreak(),
    )
    render(Document(bad, bad, "en", parts, (bad,)), tmp_path / "page.html")
    page = html.fromstring((tmp_path / "page.html").read_text("utf-8"))
    assert page.xpath("//script | //img | //@onerror") == []
    assert page.xpath("string(//h1)") == bad and page.xpath("string(//h2)") == bad and page.xpath("string(//h3)") == bad
    assert [cell.text_content() for cell in page.xpath("//tbody//th | //tbody//td")] == [bad, "n.p.", "–", "-5.0"]


def test_a_child_is_masked_unless_it_is_asked_for(cpms: Cpms, sample_store: Path, tmp_path: Path) -> None:
    store = tmp_path / "cpms.duckdb"
    shutil.copy(sample_store, store)
    with duckdb.connect(str(store), read_only=True) as connection:
        person, name = connection.execute(
            "SELECT cpms_id, given_name FROM current_child WHERE given_name IS NOT NULL ORDER BY cpms_id LIMIT 1"
        ).fetchone() or ("", "")
    masked = tmp_path / "masked.html"
    assert cpms("report", "child", person, "-o", masked, "--store", store, "--lang", "th").code == 0
    page = masked.read_text("utf-8")
    assert person in page and name not in page and "•••" in page
    shown = tmp_path / "shown.html"
    assert cpms("report", "child", person, "-o", shown, "--store", store, "--identified").code == 0
    assert name in shown.read_text("utf-8")
    with duckdb.connect(str(store), read_only=True) as connection:
        assert connection.execute("SELECT count(*) FROM audit").fetchone() == (1,)


def test_what_cannot_be_reported_is_said_before_the_work(cpms: Cpms, sample_store: Path, tmp_path: Path) -> None:
    ran = cpms("report", "community", "850105", "-o", tmp_path / "report.odt", "--store", sample_store)
    assert (ran.code, ran.out) == (2, "") and ".html" in ran.err
    ran = cpms("report", "community", "85", "-o", tmp_path / "report.html", "--store", sample_store)
    assert ran.code == 2 and "85" in ran.err
    ran = cpms("report", "province", "85", "-o", tmp_path / "r.html", "--shade", "23", "--store", sample_store)
    assert ran.code == 2 and f"indicators: 1-{len(NUMBERS)}." in ran.err
    assert list(tmp_path.iterdir()) == []


def test_a_report_is_the_same_from_run_to_run(sample_store: Path, tmp_path: Path) -> None:
    document = report_child(sample_store, _someone(sample_store))
    for name in ("a.html", "b.html"):
        render(document, tmp_path / name)
    assert (tmp_path / "a.html").read_bytes() == (tmp_path / "b.html").read_bytes()


def _someone(store: Path) -> str:
    return str(list_children(store)["cpms_id"].iloc[0])


def test_outlines_that_cannot_be_read_are_named(cpms: Cpms, sample_store: Path, tmp_path: Path) -> None:
    """A province's own definition whose outlines lack the subdistricts' codes."""
    schemas = tmp_path / "schemas"
    shutil.copytree(ROOT / "schemas", schemas)
    outlines = schemas / "areas" / "outlines" / "85.geojson"
    outlines.write_text(outlines.read_text("utf-8").replace("subdistrict_code", "code"), "utf-8")
    ran = cpms("report", "province", "85", "-o", tmp_path / "r.html", "--store", sample_store, "--schemas", schemas)
    assert ran.code == 2 and "85.geojson" in ran.err and "subdistrict_code" in ran.err


def test_what_is_mostly_withheld_is_told_in_words_and_not_drawn(
    documents: dict[str, Document], sample_store: Path
) -> None:
    """The first village has 61 children: one figure of migration of theirs is published, and few of other kinds are."""
    village = report_area(sample_store, "85010501")
    paragraphs = [part.text for part in village.parts if isinstance(part, Paragraph)]
    titles = [part.title for part in village.parts if isinstance(part, Chart)]
    assert any(
        "3 of 4, namely Children who migrated in; Children whose parents migrated away" in paragraph
        for paragraph in paragraphs
    )
    assert "Migration, share of children or of households" in titles
    bars = next(part for part in village.parts if isinstance(part, Chart) and part.shape == "indicator_bars")
    hidden = {str(bars.frame["label"].iat[row]) for row, _ in bars.withheld}
    assert len(hidden) > 11
    drawn = "".join(etree.fromstring(chart_svg(bars).encode("utf-8")).itertext())
    assert [label for label in bars.frame["label"] if (label in drawn) == (label in hidden)] == []
    assert any(
        f"{len(hidden)} of {len(NUMBERS)}, namely" in paragraph and all(label in paragraph for label in hidden)
        for paragraph in paragraphs
    )
    subdistrict = documents["en"]
    assert [part for part in subdistrict.parts if isinstance(part, Chart) and part.shape == "heat_map"] == []
    sentence = next(part.text for part in subdistrict.parts if isinstance(part, Paragraph) and "by area" in part.text)
    count, of, zeros = map(int, re.findall(r"\d+", sentence))
    [table] = [part for part in subdistrict.parts if isinstance(part, TableBlock) and "shares" in part.frame]
    lines = table.frame["shares"].tolist()
    assert of == 6 * len(NUMBERS) and count == of - zeros - sum(item.count("%") for item in lines)
    assert not any(" 0.0\u00a0%" in item for item in lines)


@pytest.mark.parametrize("width", [WIDE, NARROW])
def test_labels_of_bars_stand_beside_them_where_there_is_room_or_above_them(width: int) -> None:
    """Beside them on a page: then all fit under one heading, in half a page; above them on a telephone."""
    frame = pd.DataFrame({"label": [f"{number} มีสมาชิกในครัวเรือน" for number in NUMBERS], "share": [0.5] * len(NUMBERS)})
    root = etree.fromstring(chart_svg(Chart("indicator_bars", "ก", frame, "ข", words={}), width).encode("utf-8"))
    height_on_paper = float(root.get("height")) / width * 17.0
    assert (height_on_paper < 13) is (width == WIDE)


def test_a_share_that_is_no_withheld_count_is_marked_high(survey: Survey, sample_store: Path) -> None:
    """Two subdistricts, worked out by hand: 30 of 60 against 5 of 60 is high, the reverse not; 8 and 9 are withheld."""
    names = [str(indicator.number) for indicator in survey.indicators]
    heat = pd.DataFrame({"area": ["850105", "850302"], "label": ["A", "B"], **{name: [None, None] for name in names}})
    counts = heat.assign(**{"1": [30, 5]})
    measures = [f"measure_{measure.id}" for measure in survey.measures]
    migration = pd.DataFrame(
        {"item": measures, "yes": pd.array([35, None, 9, 9], "Int64"), "no": pd.array([85, 50, 50, 50], "Int64")}
    )
    with Workspace.from_paths(sample_store) as workspace:
        whole = area_figures(workspace, "85")
    figures = replace(
        whole,
        heat=heat.assign(**{"1": [0.5, 5 / 60]}),
        heat_counts=counts,
        migration=migration,
        parts=heat,
    )
    published = published_migration(survey, figures, "en")
    assert published.high.to_dict("records") == [
        {"area": "850105", "label": "A", "measure": "Children without Thai nationality"}
    ]
    assert (published.settled, published.asked) == (2, 2 * len(survey.measures))
    assert published_migration(survey, replace(figures, code="8501"), "en").settled == 0
    withheld = replace(figures, migration=migration.assign(yes=pd.array([None] * 4, "Int64")))
    assert published_migration(survey, withheld, "en").settled == 0


def test_a_child_in_thai_has_dates_as_thais_write_them(sample_store: Path, tmp_path: Path) -> None:
    store = Path(shutil.copy(sample_store, tmp_path / "cpms.duckdb"))
    for language, form in (("th", r"\d{1,2}/\d{1,2}/25\d\d"), ("en", r"20\d\d-\d\d-\d\d")):
        answers = report_child(store, _someone(store), language=language, identified=True).parts[-1]
        assert isinstance(answers, TableBlock)
        row = answers.frame.set_index("field").loc["interview_date"].to_dict()
        cells = [str(row[column.name]) for column in answers.columns[1:]]
        assert [cell for cell in cells if re.search(r"\d", cell) and not re.fullmatch(form, cell)] == []
        assert any(re.fullmatch(form, cell) for cell in cells)


def test_words_in_the_letters_of_another_language_are_marked_as_that(tmp_path: Path) -> None:
    """What reads a page aloud says them in their language, as a Thai name on an English page; Latin letters may be of
    any language."""
    frame = pd.DataFrame({"a": ["มะลิ  & Naw Paw"], "b": ["ဝင်း, 12"]})
    table = TableBlock("ก", frame, (Column("a", "A"), Column("b", "B")))
    parts = (Heading("ประเสริฐ สุข", 3), Paragraph("<b>"), Bullets(("Tan ฿ ตาล",)), table)
    marked = {}
    for language in ("en", "th"):
        render(Document("T ป", "S", language, parts, ("น",)), tmp_path / "page.html")
        page = html.fromstring((tmp_path / "page.html").read_text("utf-8"))
        marked[language] = [(part.get("lang"), part.text_content()) for part in page.xpath("//body//*[@lang]")]
        assert (
            page.xpath("string(//tbody/tr/th)") == "มะลิ  & Naw Paw"
            and page.xpath("string(//p[@class='plain'])") == "<b>"
        )
    thai = [("th-TH", word) for word in ("ป", "ประเสริฐ สุข", "฿ ตาล", "ก", "มะลิ")]
    burmese = traits_of("my").tag
    assert marked == {"en": [*thai, (burmese, "ဝင်း"), ("th-TH", "น")], "th": [(burmese, "ဝင်း")]}


def test_where_all_shares_are_withheld_none_is_named_and_no_sentence_ends_twice(sample_store: Path) -> None:
    """The fourth village: all five rights are withheld, and how many could be at risk."""
    texts = [part.text for part in report_area(sample_store, "85010504").parts if isinstance(part, Paragraph)]
    assert "Not published, since it could tell about single children: none of these 5 shares is." in texts
    assert [text for text in texts if "5 of 5" in text or ".." in text] == []


def test_a_picture_keeps_its_spaces_and_a_card_does_not_indent() -> None:
    """Where a reader widens the spaces of letters, a picture's words stood over each other and went out of it; what
    stands beside a figure in a table was set in on a card."""
    style = (ROOT / "cpms_cli" / "reports" / "documents" / "page.css").read_text("utf-8")
    [of_pictures] = re.findall(r"svg text \{([^}]+)\}", style)
    rules = {rule.strip() for rule in of_pictures.split(";")}
    assert {"letter-spacing: normal !important", "word-spacing: normal !important"} <= rules
    [around] = re.findall(r"(@media[^{]*)\{ \.count \+ \.text", style)
    assert around.strip() == "@media print, (min-width: 601px)"
