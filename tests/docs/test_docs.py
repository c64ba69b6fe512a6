"""The manual is true: commands run and print what stands there, links lead somewhere, the reference is whole."""

from __future__ import annotations

import difflib
import io
import os
import re
import shlex
import shutil
import sys
from pathlib import Path
from typing import Any

import pytest

from cpms_cli.cli.commands import app
from cpms_cli.cli.guard import guarded
from cpms_cli.cli.main import main
from cpms_cli.survey.model.definition import Survey
from cpms_cli.survey.opening.loading import _loaded
from scripts.offline import write_pages
from scripts.reference import REFERENCE, names, stale
from tests.conftest import ROOT, SAMPLES
from tests.docs.pages import DOCS, PAGES, Step, files_shown, identifiers, is_translation, steps, with_known

FRONT_PAGES = sorted(ROOT.glob("*.md"))
_OWN_STORE = {"tutorial.md", "tutorial.th.md"}
"""Pages that make the store themselves; the others begin with the one that the tutorial makes."""
_WITH_STEPS = [page for page in PAGES if steps(page) and not is_translation(page)]


def _name(page: Path) -> str:
    return page.relative_to(DOCS).as_posix()


def _run(words: list[str], monkeypatch: pytest.MonkeyPatch) -> tuple[int, str]:
    """Exit code, and what the window shows: data and messages in the order in which they came."""
    shown = io.BytesIO()
    stream = io.TextIOWrapper(shown, encoding="utf-8", write_through=True)
    with monkeypatch.context() as patched:
        for word in words:
            if word == "cpms":
                break
            patched.setenv(*word.split("=", 1))
        patched.setattr(sys, "argv", words[words.index("cpms") :])
        patched.setattr(sys, "stdout", stream)
        patched.setattr(sys, "stderr", stream)
        code = 0
        try:
            main()
        except SystemExit as ended:
            code = int(ended.code or 0)
    return code, shown.getvalue().decode("utf-8")


def _difference(page: Path, step: Step, came: str, missing: str) -> str:
    lines = [*difflib.unified_diff(step.output, [line.rstrip() for line in came.splitlines()], "page", "came out", n=1)]
    place = f"docs/{_name(page)}:{step.line}: $ {step.command}"
    return "\n".join([place, "not found as it stands:", missing, "", *(line.rstrip("\n") for line in lines[:60])])


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the sample files, in a window of 120 letters, for a user called officer."""
    shutil.copytree(SAMPLES, tmp_path / "sample_data")
    monkeypatch.chdir(tmp_path)
    for name, value in {"COLUMNS": "120", "CPMS_LANG": "en", "LOGNAME": "officer", "USERNAME": "officer"}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("CPMS_DEBUG", raising=False)
    return tmp_path


@pytest.mark.parametrize("page", _WITH_STEPS, ids=_name)
def test_what_the_page_shows_is_what_comes_out(
    page: Path, folder: Path, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    if page.name not in _OWN_STORE:
        shutil.copy(request.getfixturevalue("sample_store"), folder / "cpms.duckdb")
    known: dict[str, str] = {}
    code, waiting = 0, files_shown(page)
    for step in steps(page):
        while waiting and waiting[0].line < step.line:
            waiting.pop(0).make(folder)
            _loaded.cache_clear()  # a person's next command reads the files anew
        if step.command == "echo $?":
            assert step.output == [str(code)], f"docs/{_name(page)}:{step.line}"
            continue
        code, came = _run(shlex.split(with_known(step.command, known), comments=True), monkeypatch)
        assert code in (0, 1) or step.output, f"docs/{_name(page)}:{step.line}: {came}"
        if step.output:
            try:
                known = {**identifiers(step.output, came), **known}
            except LookupError as missing:
                pytest.fail(_difference(page, step, came, str(missing)), pytrace=False)


def test_console_blocks_hold_commands_that_this_test_can_run() -> None:
    for page in _WITH_STEPS:
        for step in steps(page):
            words = shlex.split(step.command, comments=True)
            assert step.command == "echo $?" or "cpms" in words, f"docs/{_name(page)}:{step.line}"


def test_the_reference_is_as_it_would_be_made_now() -> None:
    old = stale()
    assert not old, f"docs/reference/{', '.join(old)}: run `python run.py docs`, and commit what it writes"


def test_every_option_stands_in_the_reference() -> None:
    reference, every_command = (REFERENCE / "commands.md").read_text("utf-8"), guarded(app)
    for words in names():
        command: Any = every_command
        for word in words:
            command = command.commands[word]
        section = reference.partition(f"# cpms {' '.join(words)}\n")[2].partition("```text\n")[2].partition("```")[0]
        options = [name for given in command.params for name in given.opts if name.startswith("-")]
        assert section, words
        assert [name for name in options if not re.search(rf"(?<!\S){name}\b", section)] == [], words


@pytest.mark.parametrize("name", ["codebook.md", "codebook.th.md"])
def test_every_field_check_indicator_and_level_stands_in_the_reference(name: str, survey: Survey) -> None:
    codebook = (REFERENCE / name).read_text("utf-8").replace("\\", "")
    rules: tuple[Any, ...] = (*survey.checks, *survey.history, *survey.responses, *survey.patterns)
    ids = [*(rule.id for rule in rules), *survey.column_checks]
    ids += [field.name for table in (survey.household, survey.child, survey.response) for field in table.fields]
    assert len(ids) > 100
    assert [number for number in ids if f"| {number} |" not in codebook] == []
    words = [*(indicator.name for indicator in survey.indicators), *(level.label for level in survey.levels)]
    labels = [word.th if ".th." in name else word.en for word in words]
    assert [label for label in labels if label not in codebook] == []


def _anchors(page: Path) -> set[str]:
    """The anchors of a page's headings, as they are made where Markdown is shown."""
    heads = re.findall(r"^#+ (.+)$", page.read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}


def test_every_link_leads_somewhere() -> None:
    wrong = []
    for page in [*FRONT_PAGES, *PAGES]:
        text = re.sub(r"^```.*?^```", "", page.read_text("utf-8"), flags=re.MULTILINE | re.DOTALL)
        for link in re.findall(r"\]\(([^)\s]+)\)", text):
            path, _, anchor = link.partition("#")
            target = (page.parent / path).resolve() if path else page
            if not link.startswith(("https://", "http://")) and (
                not target.exists() or (anchor and anchor not in _anchors(target))
            ):
                wrong.append((page.name, link))
    assert wrong == []


def test_links_lead_from_page_to_page_on_the_usb_stick_too(tmp_path: Path) -> None:
    write_pages(tmp_path)
    written = sorted(tmp_path.rglob("*.html"))
    assert len(written) == len(PAGES) + len(FRONT_PAGES)
    wrong = []
    for page in written:
        for link in re.findall(r'(?:href|src)="([^"#]+)', page.read_text("utf-8")):
            if ":" not in link and not (page.parent / link).exists():
                wrong.append((page.name, link))
    assert wrong == []


def test_pictures_are_small_and_stand_on_a_page() -> None:
    shown = "".join(page.read_text("utf-8") for page in [*FRONT_PAGES, *PAGES])
    pictures = sorted((DOCS / "pictures").iterdir())
    assert len(pictures) >= 2
    assert [picture.name for picture in pictures if f"pictures/{picture.name})" not in shown] == []
    assert [picture.name for picture in pictures if picture.stat().st_size > 150_000] == []


def test_every_page_can_be_reached_from_the_front_page() -> None:
    seen, waiting = set[Path](), [ROOT / "README.md"]
    while waiting:
        page = waiting.pop()
        seen.add(page)
        links = re.findall(r"\]\(([^)#\s:]+\.md)", page.read_text("utf-8"))
        targets = {Path(os.path.normpath(page.parent / link)) for link in links}
        waiting += sorted(targets - seen)
    assert [page.name for page in PAGES if page not in seen] == []
