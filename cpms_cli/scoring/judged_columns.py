"""The columns that hold an answer about a child or a home: an indicator's, a right's, a measure's, an outcome's; and
the rules that give it."""

from __future__ import annotations

from cpms_cli.survey.model.definition import Survey
from cpms_cli.survey.rules.dependents import rules_of_indicator


def right_column(right: str) -> str:
    """The column of `profile` that says whether a right is enjoyed."""
    return f"right_{right}"


def measure_column(measure: str) -> str:
    """The column that holds the answer to a measure of migration."""
    return f"measure_{measure}"


def outcome_column(outcome: str) -> str:
    """Return the column of `compared_row` that says yes, no, unknown, n/a or not_asked of an outcome."""
    return f"outcome_{outcome}"


def truth_sql(column: str) -> str:
    """Return SQL for the truth of an answer to an indicator, as rules see it: n/a is no, and what is open is neither.

    >>> truth_sql("i03")
    "CASE WHEN i03 = 'yes' THEN TRUE WHEN i03 IN ('no', 'n/a') THEN FALSE END"
    """
    return f"CASE WHEN {column} = 'yes' THEN TRUE WHEN {column} IN ('no', 'n/a') THEN FALSE END"


def rules_by_column(survey: Survey) -> dict[str, list[str]]:
    """Return the rules whose answer stands in each of these columns."""
    return {
        **{indicator.column: rules_of_indicator(indicator) for indicator in survey.indicators},
        **{right_column(right.id): [right.has, *filter(None, [right.applies])] for right in survey.rights},
        **{measure_column(measure.id): [measure.when] for measure in survey.measures},
        **{outcome_column(outcome.id): [outcome.when] for outcome in survey.fairness.outcomes if outcome.when},
    }
