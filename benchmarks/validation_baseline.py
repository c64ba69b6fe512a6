"""One run of the baseline: pandera on polars over the same file and rules; prints time, peak and bad cells."""

from __future__ import annotations

import sys
import time

import pandera.polars as pandera
import polars as pl
from pandera.errors import SchemaErrors
from validation_ours import report
from validation_rules import ColumnRule, plan

from cpms_cli.survey.opening.loading import load_survey


def within(rule: ColumnRule) -> pandera.Check:
    """The number in the text lies in the range; what is no number is the pattern's business."""

    def check(data: pandera.PolarsData) -> pl.LazyFrame:
        number = pl.col(data.key).cast(pl.Int64, strict=False)
        return data.lazyframe.select(number.is_between(rule.low, rule.high).fill_null(True))

    return pandera.Check(check)


def column(rule: ColumnRule) -> pandera.Column:
    """One column of the schema."""
    if rule.codes:
        return pandera.Column(pl.String, checks=[pandera.Check.isin(rule.codes)], nullable=True)
    checks = [pandera.Check.str_matches(rule.pattern)]
    if rule.low is not None:
        checks.append(within(rule))
    return pandera.Column(pl.String, checks=checks, nullable=True)


def count_bad_cells(path: str) -> int:
    """Read, check, name every bad cell, and count them."""
    _, rules = plan(load_survey())
    schema = pandera.DataFrameSchema({rule.field: column(rule) for rule in rules})
    frame = pl.read_csv(path, infer_schema=False)
    cases = pl.DataFrame({"column": [], "index": []})
    try:
        schema.validate(frame, lazy=True)
    except SchemaErrors as errors:
        cases = errors.failure_cases
    return int(cases.select("column", "index").n_unique())


def main(path: str) -> None:
    """Count and print."""
    load_survey()
    begun = time.perf_counter()
    report(begun, count_bad_cells(path))


if __name__ == "__main__":
    main(sys.argv[1])
