"""Which answers of a row rest on a question that its round did not ask.

Where such an answer cannot be decided, nobody is to blame and nobody can be asked now: it is "not asked", which is
another thing than unknown. What the round did ask can still decide it, one way only as a rule: a yes stays a yes.
"""

from __future__ import annotations

from functools import lru_cache

from cpms_cli.scoring.judged_columns import rules_by_column
from cpms_cli.survey.model.definition import Survey
from cpms_cli.survey.rules.dependents import names_looked_at
from cpms_cli.survey.rules.typed_answers import Unasked, quoted

UNASKED = "unasked"
"""The column that lists which others of a row rest on a question that was not asked; NULL where none can."""


@lru_cache(maxsize=16)
def unasked_columns(survey: Survey, conditions: Unasked) -> str:
    """Return SQL for `UNASKED`: the list of columns of indicators, rights and measures, of a row with its round."""
    cases = []
    for column, rules in rules_by_column(survey).items():
        names = names_looked_at(survey, rules)
        outside = " OR ".join(f"({condition})" for name, condition in conditions if name in names)
        cases += [f"CASE WHEN {outside} THEN {quoted(column)} END"] if outside else []
    listed = f"list_filter([{', '.join(cases)}], lambda name: name IS NOT NULL)" if cases else "NULL::VARCHAR[]"
    return f"{listed} AS {UNASKED}"


def is_unasked(column: str) -> str:
    """Return SQL that is true where the answer in this column rests on a question that was not asked."""
    return f"list_contains({UNASKED}, {quoted(column)})"
