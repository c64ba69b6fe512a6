"""Counts of answers and the shares made of them, each with its interval, its bounds, and how much of it is unknown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

import duckdb
import pandas as pd

from cpms_cli.errors import UsageError
from cpms_cli.scoring.compiler.unasked_columns import UNASKED
from cpms_cli.scoring.profiles import CHILD_ROUND, UNKNOWN, band_name, group_column
from cpms_cli.summaries.counts.intervals import wilson
from cpms_cli.survey.area_widths import SUBDISTRICT, VILLAGE
from cpms_cli.survey.messages import knows, say
from cpms_cli.survey.model.definition import Language, Survey
from cpms_cli.survey.model.summary_model import Group
from cpms_cli.survey.near_words import meant, named, near, spellings
from cpms_cli.survey.rules.typed_answers import quoted
from cpms_cli.survey.speech.filled_sentences import fill
from cpms_cli.survey.speech.numbers import in_digits
from cpms_cli.survey.spoken_words import SpokenWords, is_of_translation, spoken_text
from cpms_cli.workspace import Workspace

COUNTS = ("yes", "no", "unknown", "not_applicable", "not_asked")
PARTLY = "partly_asked"
_DECIDED, _MARK = ("yes", "no"), "partly "


def area_name(survey: Survey, code: str, language: Language) -> str:
    """The name of a province, district, subdistrict or village; raises UsageError for a code of no area."""
    known = survey.areas.get(code[:SUBDISTRICT] if len(code) == VILLAGE else code)
    if known is None or not code.isdigit():
        raise UsageError("unknown_area", area=code)
    kind = f"area_of_{min(len(code), 6)}"
    called = f"{kind}_{code[:2]}"  # where a province's parts are called otherwise
    name = say(called if knows(called) else kind, language, area=known.label.in_(language))
    if len(code) != 8:
        return name
    number = in_digits(str(int(code[SUBDISTRICT:])), language)
    own = next((group.numbered for group in survey.figures.groups if group.digits == VILLAGE), None)
    values = {"area": name, "village": number}
    if own is None:
        return say("village_name", language, **values)
    called = own.in_(language)
    if isinstance(called, SpokenWords) or not is_of_translation(language):
        return fill(called, values)
    return fill(called, {place: spoken_text(text) for place, text in values.items()})


def within(survey: Survey, code: str | None, round_: int | None) -> str:
    """SQL for the rows of an area, of any of the four widths of a code, in a round; None is all of them."""
    parts = []
    if code is not None:
        parts.append(f"starts_with({survey.role('village').name}, {quoted(code)})")
    if round_ is not None:
        parts.append(f"{survey.role('round').name} = {int(round_)}")
    return " AND ".join(parts) or "TRUE"


def groups_asked(survey: Survey, names: Sequence[str]) -> tuple[Group, ...]:
    """The groups of these names, in the order asked; raises UsageError for an unknown one, or for more than two."""
    known = {group.id: group for group in survey.figures.groups}
    labels = {group.id: group.label for group in known.values()}
    words = {name: (*spellings(name, group.label), *group.formerly) for name, group in known.items()}
    chosen = {name: meant(name, words) for name in names}
    for name, group in chosen.items():
        if group is None and (alike := near(name, words)):
            raise UsageError(
                "unknown_group_near",
                group=name,
                near=named(labels, alike),
            )
        if group is None:
            raise UsageError("unknown_group", group=name, known=named(labels))
    if len(set(chosen.values())) > 2:
        raise UsageError("too_many_groups", groups=", ".join(names))
    return tuple(known[group] for group in dict.fromkeys(filter(None, chosen.values())))


def count_answers(
    connection: duckdb.DuckDBPyConnection,
    columns: Sequence[str],
    condition: str,
    by: Sequence[str] = (),
    relation: str = CHILD_ROUND,
) -> pd.DataFrame:
    """How often each answer stands in some columns of `relation`, a row per combination of the groups `by` and column.

    Columns: the ids of the groups; `item`, the column's name, in the order given; yes, no, unknown, not_applicable
    and not_asked (undecided, and the round did not ask what would decide it); and `partly_asked`, how many of yes and
    no were decided in such a round by its other questions. Only combinations that occur have rows.
    """
    grouped = "".join(f"{group_column(name)} AS {name}, " for name in by)
    # An answer that is partly asked is counted as another one: few answers stand in many rows, so that to count each
    # by its word takes less than to ask of every row which it is.
    times = ", ".join(f"histogram({_with_mark(column)}) AS {column}" for column in columns)
    counts = ", ".join(
        f"{_times(answer) if answer not in _DECIDED else f'{_times(answer)} + {_times(_MARK + answer)}'} AS {name}"
        for name, answer in zip(COUNTS, ("yes", "no", "unknown", "n/a", "not_asked"), strict=True)
    )
    partly = " + ".join(_times(_MARK + answer) for answer in _DECIDED)
    text = " ".join(f"WHEN {quoted(column)} THEN {index}" for index, column in enumerate(columns))
    names = "".join(f"{name}, " for name in by)
    return connection.execute(f"""
        WITH counted AS (
            SELECT {grouped}{times}
            FROM {relation}
            WHERE {condition}
            GROUP BY ALL
        ),
        listed AS (
            UNPIVOT counted
            ON {", ".join(columns)}
            INTO NAME item VALUE times
        )
        SELECT {names}item, {counts}, {partly} AS {PARTLY}
        FROM listed
        ORDER BY {names}CASE item {text} END""").df()


def _with_mark(column: str) -> str:
    """Return SQL for the answer in a column, with a mark where it is partly asked."""
    decided = ", ".join(map(quoted, _DECIDED))
    partly = f"len({UNASKED}) > 0 AND {column} IN ({decided}) AND list_contains({UNASKED}, {quoted(column)})"
    return f"CASE WHEN {partly} THEN {quoted(_MARK)} || {column} ELSE {column} END"


def _times(answer: str) -> str:
    return f"coalesce(times[{quoted(answer)}], 0)::BIGINT"


def with_shares(survey: Survey, counts: pd.DataFrame) -> pd.DataFrame:
    """Counts of answers (`yes`, `no`, `unknown`) with what they say, all fractions between 0 and 1:

    `share` of yes among the known answers, its interval `low` to `high`; `lowest` and `highest`, the shares if every
    unknown answer were no, or yes; `unknown_share`, and `marked` where that is over the definition's limit. All are of
    those who were asked. Where some of them are `partly_asked`, there are none: what the other questions decide is no
    sample of anything, as they mostly can say yes and not no.
    """
    is_whole = counts[PARTLY] == 0
    counts = counts.drop(columns=PARTLY)
    yes, no, unknown = (counts[answer].where(is_whole, 0) for answer in ("yes", "no", "unknown"))
    known = yes + no
    asked = known + unknown
    of_known, of_asked = known.where(known > 0), asked.where(asked > 0)
    interval = wilson(yes, known, survey.figures.confidence)
    unknown_share = (unknown / of_asked).astype("float64")
    return counts.assign(
        share=(yes / of_known).astype("float64"),
        low=interval["low"],
        high=interval["high"],
        lowest=(yes / of_asked).astype("float64"),
        highest=((yes + unknown) / of_asked).astype("float64"),
        unknown_share=unknown_share,
        marked=unknown_share > survey.figures.many_unknown,
    )


def broken_down(
    workspace: Workspace,
    columns: Mapping[str, str],
    condition: str,
    by: Sequence[Group] = (),
    relation: str = CHILD_ROUND,
) -> pd.DataFrame:
    """Return the answers in some columns of `relation`, each with its name in words, broken down by groups.

    Columns: for each group its code, and its label as `<id>_label`; `item`, `label`; the counts of `count_answers`
    and what `with_shares` makes of them. A row per combination that occurs.
    """
    survey, groups = workspace.survey, [group.id for group in by]
    counts = count_answers(workspace.profiled(), list(columns), condition, groups, relation)
    counts.insert(list(counts).index("item") + 1, "label", counts["item"].map(columns).astype("str"))
    return label_groups(survey, with_shares(survey, counts), by, workspace.language)


def label_groups(survey: Survey, table: pd.DataFrame, by: Sequence[Group], language: Language) -> pd.DataFrame:
    """A table that has the codes of groups in columns of their ids: these first, each with its label as `<id>_label`,
    and the rows in the order of the codes; else as they were."""
    table = in_order(survey, table, by)
    labels = {f"{group.id}_label": group_labels(survey, group, table[group.id], language) for group in by}
    first = [column for group in by for column in (group.id, f"{group.id}_label")]
    return table.assign(**labels)[[*first, *(str(name) for name in table if name not in first)]]


def with_change(table: pd.DataFrame, rounds: Sequence[int], keys: Sequence[str]) -> pd.DataFrame:
    """Shares of several rounds, with the `change` of each, a fraction, since the round before it in `rounds`.

    `round` and `keys` tell the rows apart; the change is missing where the same was not counted in the round before.
    """
    then = table[["round", *keys, "share"]].rename(columns={"share": "then"})
    then["round"] = then["round"].map(dict(pairwise(rounds)))
    earlier = table[["round", *keys]].merge(then, on=["round", *keys], how="left")["then"]
    return table.assign(change=table["share"].to_numpy() - earlier.to_numpy(dtype="float64"))


def in_order(survey: Survey, table: pd.DataFrame, by: Sequence[Group]) -> pd.DataFrame:
    """The rows in the order of the groups' codes in the definition, areas by code, unknown last; else as they were."""
    if not by:
        return table
    ranks = pd.DataFrame({group.id: _ranks(survey, group, table[group.id]) for group in by}, index=table.index)
    order = ranks.sort_values([group.id for group in by], kind="stable").index
    return table.loc[order].reset_index(drop=True)


def _ranks(survey: Survey, group: Group, codes: pd.Series) -> pd.Series:
    listed = survey.codes(survey.fields[group.field]) if group.field else None
    bands = [band_name(first, last) for first, last in group.bands]
    known = [*bands, *([code.code for code in listed.codes] if listed else sorted(codes.dropna().unique()))]
    order = {code: number for number, code in enumerate(dict.fromkeys(code for code in known if code != UNKNOWN))}
    return codes.map(order).fillna(len(order))


def group_labels(survey: Survey, group: Group, codes: pd.Series, language: Language) -> pd.Series:
    """A group's codes in words: a code list's labels, an area's name, a band of ages as it is."""
    unknown = {UNKNOWN: survey.codelists["missing"].by_code[UNKNOWN].label.in_(language)}
    distinct = [str(code) for code in codes.dropna().unique()]
    if group.field is not None:
        listed = survey.codes(survey.fields[group.field])
        known = {code.code: code.label.in_(language) for code in listed.codes} if listed else {}
    elif group.digits is not None:
        known = {code: area_name(survey, code, language) for code in distinct}
    else:
        known = {}
    return codes.map({**{code: code for code in distinct}, **known, **unknown}).astype("str")


def tidy(counted: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Tables of `broken_down` as one: `table`, `code` and `group`, the codes and labels of its groups joined by ` / `,
    then the columns that all have."""
    parts = []
    for name, frame in counted.items():
        first = list(frame.columns[: frame.columns.get_loc("item")])
        leading_columns = [column for column in first if f"{column}_label" in frame or f"{column}" == "round"]
        rest = frame.drop(columns=first)
        for number, (heading, columns) in enumerate(
            (("table", []), ("code", leading_columns), ("group", [c for c in first if c.endswith("_label")]))
        ):
            joined = frame[columns].astype("str").agg(" / ".join, axis="columns") if columns else ""
            rest.insert(number, heading, name if heading == "table" else joined)
        parts.append(rest)
    return pd.concat(parts, ignore_index=True)
