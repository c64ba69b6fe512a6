"""A date of birth of any precision, asked for and turned into an age, in a form's own language (XPath).

What is not known is never invented: the form first asks how much of the date is known, and writes 2016, 2016-03 or
2016-03-05. The age follows as its lowest and highest possible value, as the rules of the survey see it.
"""

from __future__ import annotations

from collections.abc import Iterator

from cpms_cli.forms.phone.form_rows import FormRows, Row
from cpms_cli.survey.model.definition import Field, Survey

# How ODK is told which parts of a date to ask for, and how the answer is written.
_GRAINS = {"day": ("", "%Y-%m-%d"), "month": ("month-year", "%Y-%m"), "year": ("year", "%Y")}


def partial_date_rows(rows: FormRows, field: Field, shown: Row) -> Iterator[Row]:
    """How much is known, a date widget of that grain, and the field itself, which puts them together."""
    grain, before = f"{field.name}_grain", f"{field.name}_before"
    asked: Row = {"type": "select_one date_known", "name": grain, **rows.sentences("label", "xlsform_known")}
    written = "''"
    if rows.known:
        yield {"type": "calculate", "name": before, "calculation": rows.before(field)}
        asked |= {
            **rows.sentences("hint", "xlsform_known_before", before=f"${{{before}}}"),
            "choice_filter": f"offered = 'always' or ${{{before}}} != ''",
            "calculation": f"if({rows.before(field)} != '', 'same', '')",
            "trigger": f"${{{rows.chosen_by(field)}}}",
        }
        written = f"if(${{{grain}}} = 'same', ${{{before}}}, '')"
    else:
        asked["choice_filter"] = "offered = 'always'"
    yield asked
    for name, (appearance, pattern) in _GRAINS.items():
        yield _part(rows, field, shown, name, appearance)
        whole = f"${{{field.name}_{name}}}"
        written = f"if(${{{grain}}} = '{name}' and {whole} != '', format-date({whole}, '{pattern}'), {written})"
    yield {"type": "calculate", "name": field.name, "calculation": written}


def _part(rows: FormRows, field: Field, shown: Row, name: str, appearance: str) -> Row:
    row: Row = {
        **shown,
        "type": "date",
        "name": f"{field.name}_{name}",
        "relevant": f"${{{field.name}_grain}} = '{name}'",
        "constraint": ". <= today()",
        **rows.sentences("constraint_message", "xlsform_not_future"),
    }
    return row | ({"appearance": appearance} if appearance else {})


def age_bounds(survey: Survey) -> tuple[str, str]:
    """XPath for the lowest and the highest completed age at the interview; blank where neither date nor age is known.

    As `relations.completed_years`; a month without its day may be as late as its 31st, which is never too high an age.
    """
    born, years = (f"${{{survey.role(role).name}}}" for role in ("born", "age"))
    visited = f"${{{survey.role('visited').name}}}"
    month = f"number(substr({born}, 5, 7)) * 100"
    day = f"{month} + number(substr({born}, 8, 10))"
    bounds = []
    for open_year, open_day in (("1231", "31"), ("101", "1")):
        length = f"string-length({born})"
        birthday = f"if({length} = 4, {open_year}, if({length} = 7, {month} + {open_day}, {day}))"
        today = f"number(format-date({visited}, '%n')) * 100 + number(format-date({visited}, '%e'))"
        whole = f"number(format-date({visited}, '%Y')) - number(substr({born}, 0, 4))"
        age = f"{whole} - if({today} < {birthday}, 1, 0)"
        bounds.append(f"if({born} != '', if({age} < 0, 0, {age}), {years})")
    return bounds[0], bounds[1]
