"""Areas with their codes, each below the areas that it lies in."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from cpms_cli.reports.terminal import Screen, show_table
from cpms_cli.survey.area_widths import DISTRICT, PROVINCE
from cpms_cli.survey.messages import say
from cpms_cli.survey.model.definition import Area, Language, Survey
from cpms_cli.survey.spoken_words import joined_words

_WIDTHS = (PROVINCE, DISTRICT)


def area_codes_table(survey: Survey, areas: Sequence[Area], language: Language) -> pd.DataFrame:
    """Return a row an area: code, name, and where it lies (`within`: district and province)."""
    rows = [(area.code, area.label.in_(language), _around(survey, area.code, language)) for area in areas]
    return pd.DataFrame(rows, columns=["code", "name", "within"], dtype="str")


def _around(survey: Survey, code: str, language: Language) -> str:
    codes = [code[:width] for width in reversed(_WIDTHS) if width < len(code)]
    return joined_words(", ", (survey.areas[wider].label.in_(language) for wider in codes))


def show_area_codes(screen: Screen, table: pd.DataFrame) -> None:
    """Print areas with their codes, and how a village's code is made of a subdistrict's."""
    names = {"code": "column_area_code", "name": "col_name", "within": "column_within"}
    headings = {name: say(message, screen.language) for name, message in names.items()}
    show_table(screen.console, table, headings, title="")
    screen.console.print(say("areas_note", screen.language))
