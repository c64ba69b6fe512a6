"""What Excel checks while a cell is filled in. A blank is always let through."""

from __future__ import annotations

from typing import Any

from xlsxwriter.utility import xl_range_abs, xl_rowcol_to_cell
from xlsxwriter.worksheet import Worksheet

from cpms_cli.forms.guidance import EXAMPLE_YEAR, offered, writing_words
from cpms_cli.survey.era import BUDDHIST_OFFSET
from cpms_cli.survey.messages import say
from cpms_cli.survey.model.definition import Field, Language, Survey

# Excel's own limits of a validation's title and text.
_TITLE, _TEXT = 32, 255


class Lists:
    """The hidden sheet with the answers of every list, one column each; no header, lest it be read as a survey."""

    def __init__(self, survey: Survey, language: Language, sheet: str) -> None:
        self.sheet = sheet
        self.columns: dict[str, list[str]] = {}
        for field in survey.fields.values():
            if field.codelist:
                self.columns[field.codelist] = [code.label.in_(language) for code in offered(survey, field)]
        missing = survey.codelists["missing"].by_code
        self.columns["missing"] = [missing[word].label.in_(language) for word in survey.missing_words]

    def range(self, name: str) -> str:
        """The place of a list, as a formula names it."""
        position = list(self.columns).index(name)
        return f"'{self.sheet}'!{xl_range_abs(0, position, len(self.columns[name]) - 1, position)}"

    def write(self, sheet: Worksheet) -> None:
        """Write the lists and hide them."""
        for position, words in enumerate(self.columns.values()):
            for row, word in enumerate(words):
                sheet.write_string(row, position, word)
        sheet.hide()


def cell_rule(field: Field, language: Language, round_: int | None, column: int, lists: Lists) -> dict[str, Any] | None:
    """Return the validation of one column in XlsxWriter's terms; None where any text may stand."""
    cell = xl_rowcol_to_cell(1, column)
    year = round_ or EXAMPLE_YEAR
    words = writing_words(field, language, year)
    dialog = {"error_title": say("template_error_title", language)[:_TITLE], "error_message": words[:_TEXT]}
    low, high = field.constraints.minimum, field.constraints.maximum
    if field.codelist:
        # Of several answers one cell holds them all, so the list only offers the words.
        message = say("template_code", language)[:_TEXT]
        return {
            "validate": "list",
            "source": f"={lists.range(field.codelist)}",
            **dialog,
            "error_message": message,
            "show_error": not field.many,
        }
    if field.type == "year":
        return _year_rule(cell, round_, dialog)
    if field.holds_dates:
        part = [f"ISNUMBER({side}(TRIM({cell}),4)+0)" for side in ("RIGHT", "LEFT")]
        return {
            "validate": "custom",
            "value": f"=OR({','.join(part)},{_reason(cell, lists)})",
            **dialog,
            "error_type": "warning",
            "input_title": field.label.in_(language)[:_TITLE],
            "input_message": words[:_TEXT],
        }
    if low is not None and high is not None:
        whole = "" if field.type == "number" else f",{cell}=INT(N({cell}))"
        number = f"AND(ISNUMBER({cell}),{cell}>={low},{cell}<={high}{whole})"
        return {"validate": "custom", "value": f"=OR({number},{_reason(cell, lists)})", **dialog}
    return None


def _reason(cell: str, lists: Lists) -> str:
    """Whether the cell says that there is no answer, and why."""
    return f"COUNTIF({lists.range('missing')},{cell})>0"


def _year_rule(cell: str, round_: int | None, dialog: dict[str, str]) -> dict[str, Any]:
    if round_ is not None:
        years = [str(round_ + years_ahead) for years_ahead in (BUDDHIST_OFFSET, 0)]
        return {"validate": "list", "source": years, **dialog}
    eras = [f"AND({cell}>={first},{cell}<={first}+100)" for first in (2000, 2000 + BUDDHIST_OFFSET)]
    return {"validate": "custom", "value": f"=AND(ISNUMBER({cell}),OR({','.join(eras)}))", **dialog}
