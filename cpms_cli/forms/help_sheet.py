"""The sheet 'how to fill in': the steps in both languages, then every column with its question and its answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from xlsxwriter.worksheet import Worksheet

from cpms_cli.forms.guidance import EXAMPLE_YEAR, asked_words, offered, other, steps, writing_words
from cpms_cli.survey.messages import draft_lines, say
from cpms_cli.survey.model.definition import Field, Language, Survey

_WIDTHS = (24, 24, 24, 46, 46, 46)


@dataclass(frozen=True)
class Guide:
    """What the sheet explains: `fields` are the form's columns in order, `colours` the topics' bands; `flat` where a
    row is a child, `known` where children are on the form already."""

    survey: Survey
    language: Language
    flat: bool
    known: bool
    colours: Mapping[str, str]
    fields: list[Field]


def write_help(book: Any, sheet: Worksheet, guide: Guide) -> None:
    """Fill the sheet."""
    wrapped = book.add_format({"text_wrap": True, "valign": "top"})
    title = book.add_format({"bold": True, "font_size": 14})
    for column, width in enumerate(_WIDTHS):
        sheet.set_column(column, column, width, wrapped)
    row = 0
    draft = " ".join(draft_lines(guide.language))
    if draft:
        sheet.merge_range(row, 0, row, len(_WIDTHS) - 1, draft, wrapped)
        row += 2
    for language in (guide.language, other(guide.language)):
        sheet.write_string(row, 0, say("template_help_title", language), title)
        for number, step in enumerate(steps(guide.survey, language, guide.flat, guide.known), start=1):
            sheet.merge_range(row + number, 0, row + number, len(_WIDTHS) - 1, f"{number}. {step}", wrapped)
            sheet.set_row(row + number, 15 * (1 + len(step) // 150) + 3)
        row += number + 2
    _columns(book, sheet, guide, row)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.set_footer("&C&P / &N")


def _columns(book: Any, sheet: Worksheet, guide: Guide, row: int) -> None:
    survey, language = guide.survey, guide.language
    second = other(language)
    head = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
    titles = [
        say("template_help_topic", language),
        say("template_help_column", language),
        say("template_help_other", language),
        say("col_question", language),
        say("col_question", second),
        say("template_help_answers", language),
    ]
    for column, text in enumerate(titles):
        sheet.write_string(row, column, text, head)
    topics = {**survey.household.topics, **survey.child.topics}
    for field in dict.fromkeys(guide.fields):
        row += 1
        band = {"text_wrap": True, "valign": "top", "bg_color": guide.colours[field.topic or ""], "border": 1}
        coloured, plain = book.add_format(band), book.add_format({**band, "bg_color": "#FFFFFF"})
        answers = "; ".join(code.label.in_(language) for code in offered(survey, field))
        how = [asked_words(field, language), writing_words(field, language, EXAMPLE_YEAR), answers]
        cells = [
            topics[field.topic or ""].in_(language),
            field.label.in_(language),
            field.label.in_(second),
            field.question.in_(language),
            field.question.in_(second),
            "\n".join(filter(None, how)),
        ]
        for column, text in enumerate(cells):
            sheet.write_string(row, column, text, coloured if column < 3 else plain)
        sheet.set_row(row, 16 * max(1 + len(text) // (_WIDTHS[column] - 4) for column, text in enumerate(cells)))
