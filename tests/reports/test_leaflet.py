"""The leaflet for families: in every language, with whom to ask, and nothing that the tool does not keep."""

from __future__ import annotations

from pathlib import Path

import docx
import pypdf
import pytest
from docx.shared import Cm

from cpms_cli import leaflet
from cpms_cli.reports.document import BlankLines, Bullets, Heading, Paragraph
from tests.conftest import Cpms


def test_it_says_what_is_kept_why_and_how_to_say_that_something_is_wrong() -> None:
    made = leaflet(contact="Pak Nam office, 077 000 000")
    headings = [part.text for part in made.parts if isinstance(part, Heading)]
    assert headings == ["What is kept", "Why", "What you may do", "Whom to ask", "Something is wrong?"]
    assert [part.text for part in made.parts if isinstance(part, Paragraph) and part.style == "key"] == [
        "Pak Nam office, 077 000 000"
    ]
    assert [part.count for part in made.parts if isinstance(part, BlankLines)] == [1, 3]


def test_without_a_contact_there_is_a_line_to_write_it_on() -> None:
    blank = [part.label for part in leaflet().parts if isinstance(part, BlankLines)]
    assert blank[0] == "Name, place, telephone:"


@pytest.mark.parametrize("language", ["th", "my"])
def test_every_sentence_of_it_is_there_in_every_language(cpms: Cpms, tmp_path: Path, language: str) -> None:
    page = tmp_path / "leaflet.html"
    assert cpms("report", "leaflet", "-o", page, "--lang", language).code == 0
    text = page.read_text("utf-8")
    for part in leaflet().parts:
        english = part.items if isinstance(part, Bullets) else [getattr(part, "text", "") or getattr(part, "label", "")]
        assert not [sentence for sentence in english if sentence in text]
    assert ("Draft translation" in text) == (language == "my")
    assert "โทร. 1300" in text or language == "my"


def test_in_an_office_the_contact_is_that_of_its_settings(
    cpms: Cpms, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "cpms.toml").write_text('contact = "Moo 3, 081 000 000"\n', "utf-8")
    monkeypatch.chdir(tmp_path)
    assert cpms("report", "leaflet", "-o", "a.html").code == 0
    assert "Moo 3, 081 000 000" in Path("a.html").read_text("utf-8")
    assert cpms("report", "leaflet", "-o", "b.html", "--contact", "Moo 4").code == 0
    assert "Moo 3" not in Path("b.html").read_text("utf-8")


@pytest.mark.parametrize("language", ["en", "th", "my"])
def test_it_is_set_closely_and_stays_on_one_page(cpms: Cpms, tmp_path: Path, language: str) -> None:
    """Also with fonts that stand in for those of an office: what is written by hand needs its lines on the sheet."""
    for ending in ("docx", "html", "pdf"):
        assert cpms("report", "leaflet", "-o", tmp_path / f"leaflet.{ending}", "--lang", language).code == 0
    assert len(pypdf.PdfReader(tmp_path / "leaflet.pdf").pages) == 1
    section = docx.Document(str(tmp_path / "leaflet.docx")).sections[0]
    assert section.bottom_margin is not None
    assert section.bottom_margin < Cm(1.8)
    assert '<body class="close">' in (tmp_path / "leaflet.html").read_text("utf-8")
