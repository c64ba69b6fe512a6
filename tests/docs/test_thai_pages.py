"""Pages of the manual in Thai: each types what its English page types, which is run there, and shows no output of its
own, so that nothing on it can become untrue unseen."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from scripts.reference import REFERENCE, names
from tests.docs.pages import DOCS, PAGES, files_shown, is_translation, steps

TRANSLATED = [page for page in PAGES if is_translation(page)]
THAI = re.compile("[\u0e01-\u0e5b]")


def _english(page: Path) -> Path:
    return page.with_name(page.name.replace(".th.md", ".md"))


def _commands(page: Path) -> list[str]:
    return [step.command.replace(" --lang th", "") for step in steps(page) if step.command != "echo $?"]


def test_the_pages_that_officers_social_workers_and_trainers_need_are_there() -> None:
    needed = "mend-a-file files-as-they-come merge undo whom-to-visit record-responses plan-for-a-committee"
    needed += " report-to-hand-on teach the-form keep-the-store install-offline index"
    assert {page.name.removesuffix(".th.md") for page in TRANSLATED} >= set(needed.split())


@pytest.mark.parametrize("page", TRANSLATED, ids=lambda page: page.name)
def test_a_thai_page_types_what_the_english_page_types(page: Path) -> None:
    assert _commands(page) == _commands(_english(page))
    assert [step.line for step in steps(page) if step.output] == []
    assert [step.command for step in steps(page) if "--lang th" not in step.command] == []


@pytest.mark.parametrize("page", TRANSLATED, ids=lambda page: page.name)
def test_a_thai_page_writes_and_changes_the_files_that_the_english_page_does(page: Path) -> None:
    pages = (page, _english(page))
    thai, english = ([(shown.kind, shown.name, shown.lines) for shown in files_shown(each)] for each in pages)
    assert thai == english


@pytest.mark.parametrize("page", TRANSLATED, ids=lambda page: page.name)
def test_a_thai_page_is_in_thai_and_linked_both_ways(page: Path) -> None:
    text = page.read_text("utf-8")
    prose = re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL)
    paragraphs = [
        paragraph for paragraph in prose.split("\n\n") if paragraph.strip() and not paragraph.startswith("[English]")
    ]
    assert [paragraph for paragraph in paragraphs if not THAI.search(paragraph)] == []
    assert f"[English]({_english(page).name})" in text
    assert f"({page.name})" in _english(page).read_text("utf-8")


def test_a_thai_page_leads_to_thai_pages_where_there_are_any() -> None:
    wrong = []
    for page in [*TRANSLATED, DOCS / "tutorial.th.md"]:
        for link in re.findall(r"\]\(([^)\s:#]+\.md)", page.read_text("utf-8").replace("[English](", "")):
            target = (page.parent / link).resolve()
            if not link.endswith(".th.md") and target.with_name(target.name.replace(".md", ".th.md")).exists():
                wrong.append((page.name, link))
    assert wrong == []


def test_the_reference_of_commands_in_thai_has_every_command() -> None:
    reference = (REFERENCE / "commands.th.md").read_text("utf-8")
    assert [words for words in names() if f"# cpms {' '.join(words)}\n" not in reference] == []
    sections = [part for part in reference.split("```text\n")[1:] if not THAI.search(part.partition("```")[0])]
    assert sections == []
