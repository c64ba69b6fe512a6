"""The page to open first after a run: what came in, what is stored, what is to mend, and what is to do."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import pandas as pd

from cpms_cli.office.journal import TO_MEND, Outcome
from cpms_cli.office.run_outputs import Figures, Written
from cpms_cli.office.run_work import Work
from cpms_cli.office.settings import INBOX
from cpms_cli.reports.document import Bullets, Column, Document, Heading, Paragraph, Part, TableBlock
from cpms_cli.reports.documents.rendering import render
from cpms_cli.survey.era import shown_date, shown_year
from cpms_cli.survey.messages import say
from cpms_cli.survey.model.definition import Language

_PLAIN = frozenset({"known", *TO_MEND})  # said in the table, or under what is to mend
_COUNTS = ("rows_in", "stored", "unchanged", "set_aside")


@dataclass(frozen=True)
class PageOf:
    """What the page of a run tells of: the files, the outputs, the figures of the store (None where there is none), the
    folder of the run, and workbooks to mend that earlier runs left."""

    files: Sequence[Outcome]
    outputs: Sequence[Written]
    figures: Figures | None
    folder: Path
    waiting: Sequence[Path]


def write_page(page: Path, work: Work, about: PageOf, today: datetime.date) -> None:
    """Write the page as one HTML file, in the language of the run; files are links, seen from where the page lies."""
    office, language = work.office, work.language
    place = ", ".join(part for part in (office.name, office.area) if part) or office.folder.name
    parts: list[Part] = [
        Heading(say("office_page_came", language)),
        *_came_in(about, language),
        Heading(say("office_page_stored", language)),
        *_stored(about, language),
        Heading(say("office_page_mend", language)),
        *_to_mend(about, language),
        Heading(say("office_page_do", language)),
        *_to_do(work, about),
    ]
    title, subtitle = say("office_page_title", language), f"{place} · {shown_date(today, language)}"
    render(Document(title, subtitle, language, tuple(parts)), page)


def _came_in(about: PageOf, language: Language) -> Iterator[Part]:
    if not about.files:
        yield Paragraph(say("office_inbox_empty", language, folder=INBOX))
        return
    frame = pd.DataFrame(
        {
            "file": [outcome.file for outcome in about.files],
            "state": [say(f"office_is_{outcome.state}", language) for outcome in about.files],
            **{name: [getattr(outcome, name) for outcome in about.files] for name in _COUNTS},
        }
    )
    columns = [Column("file", say("col_file", language)), Column("state", say("office_col_state", language))]
    columns += [Column(name, say(f"office_col_{name}", language), "count") for name in _COUNTS]
    yield TableBlock(say("office_page_files", language), frame, tuple(columns))
    notes = [
        words
        for outcome in about.files
        if outcome.state not in _PLAIN and not _stands_below(outcome)
        for words in outcome.messages
    ]
    if notes:
        yield Bullets(tuple(notes))


def _stored(about: PageOf, language: Language) -> Iterator[Part]:
    figures = about.figures
    if figures is None or not figures.rounds:
        yield Paragraph(say("office_nothing_stored", language))
        return
    rounds = ", ".join(shown_year(year, language) for year in figures.rounds)
    yield Paragraph(say("office_stored_sum", language, children=figures.children, rounds=rounds))
    columns = (
        Column("level", say("col_level", language)),
        Column("children", say("office_col_children", language), "count"),
    )
    caption = say("office_levels_of", language, year=shown_year(figures.rounds[-1], language))
    yield TableBlock(caption, figures.levels, columns)


def _stands_below(outcome: Outcome) -> bool:
    """Whether the sentences of a file say what is to mend, for which there is no workbook."""
    return bool(outcome.exit_code and not outcome.to_mend)


def _to_mend(about: PageOf, language: Language) -> Iterator[Part]:
    items, links = [], []
    for outcome in about.files:
        for name, message in ((outcome.to_mend, "office_mend_rows"), (outcome.checked, "office_mend_checked")):
            if name:
                counts = {"count": outcome.set_aside if name == outcome.to_mend else outcome.to_look_at}
                items.append(say(message, language, name=name, file=outcome.file, folder=INBOX, **counts))
                links.append(_link(about.folder / name, about.folder.parent))
        if _stands_below(outcome):
            items.append(" ".join(outcome.messages))
            links.append("")
    for path in about.waiting:
        items.append(say("office_mend_earlier", language, name=f"{path.parent.name}/{path.name}"))
        links.append(_link(path, about.folder.parent))
    yield Bullets(tuple(items), tuple(links)) if items else Paragraph(say("office_nothing_to_mend", language))


def _to_do(work: Work, about: PageOf) -> Iterator[Part]:
    items, links = [], []
    for written in about.outputs:
        if written.name:
            items.append(work.say(f"office_do_{written.kind}", name=written.name))
            links.append(_link(about.folder / written.name, about.folder.parent))
        if written.message:
            items.append(written.message)
            links.append("")
    items.append(work.say("office_do_again", folder=INBOX))
    links.append("")
    yield Bullets(tuple(items), tuple(links))


def _link(path: Path, page_folder: Path) -> str:
    return quote(path.relative_to(page_folder).as_posix())
