"""The list that the meaning of a line of a map is chosen from: that of its question; of dates, the two eras.

A column of dates has a line where years of two digits stand beside Buddhist ones: "12/5/18" may be a child of 2018 or a
grown-up of 2518, and nothing but a person can tell. It is one line for the whole column.
"""

from __future__ import annotations

from functools import lru_cache

from cpms_cli.survey.era import ERAS
from cpms_cli.survey.language import LANGUAGES
from cpms_cli.survey.messages import say, wordings
from cpms_cli.survey.model.definition import Code, CodeList, Field, Survey, Words, folded

SHORT_YEARS = "yy"
"""Under which a map keeps of which era the years of two digits in a column of dates are."""
ERA_LIST = "era"


@lru_cache(maxsize=1)
def eras() -> CodeList:
    """The eras that a year of two digits may be of, as a list of answers."""
    return CodeList(
        name=ERA_LIST,
        codes=tuple(
            Code(
                code=era,
                label=Words(**{language: say(f"map_era_{era}", language) for language in LANGUAGES}),
                missing="",
                spellings=wordings(f"map_era_{era}"),
            )
            for era in ERAS
        ),
    )


def list_of_line(survey: Survey, field: Field) -> CodeList | None:
    """The list from which the meaning of an answer to a field is chosen; None where it has none."""
    return eras() if field.holds_dates else survey.codes(field)


def meant_code(survey: Survey, field: Field, text: str) -> str:
    """Return the code that a text means, as the meaning of an answer to a field; "" where it means none."""
    listed = list_of_line(survey, field)
    if listed is None:
        return ""
    if text in listed.by_code:
        return text
    known = listed.by_spelling if field.holds_dates else survey.spellings(field)
    return known.get(folded(text), "")


def is_of_short_years(text: str) -> bool:
    """Whether a line of a map is about the years of two digits, in whichever language it was written."""
    return folded(text) in set(map(folded, wordings("map_short_years")))
