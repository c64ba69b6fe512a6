"""The line list: which children, how urgent, and why."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from pathlib import Path

import duckdb
import pandas as pd

from cpms_cli.errors import UsageError
from cpms_cli.scoring.compiler.score_columns import NEEDS_HELP
from cpms_cli.scoring.explanations import Explainer
from cpms_cli.scoring.scores import EXPLAINED, SCORE, create_explained
from cpms_cli.summaries.area.shares import within
from cpms_cli.summaries.child.carried_reasons import carried_reasons
from cpms_cli.summaries.child.standing_today import GIVEN, STANDING, STOOD, create_standing_scores, create_stood
from cpms_cli.summaries.scope import check_surveyed, known_indicator
from cpms_cli.survey.model.definition import Indicator, Language, Survey
from cpms_cli.survey.rules.typed_answers import quoted
from cpms_cli.workspace import Workspace

MASK = "•••"


def _order(survey: Survey, column: str) -> str:
    ranks = " ".join(f"WHEN {quoted(level.id)} THEN {rank}" for rank, level in enumerate(survey.levels))
    return f"CASE {column} {ranks} END"


def _conditions(
    survey: Survey, area: str | None, round_: int | None, levels: Sequence[str], indicator: int | None, answer: str
) -> str:
    parts = ["TRUE"]
    if area is not None:
        parts.append(f"starts_with({survey.role('village').name}, {quoted(area)})")
    if round_ is not None:
        parts.append(f"{survey.role('round').name} = {int(round_)}")
    if levels:
        parts.append(f"level IN ({', '.join(quoted(level) for level in levels)})")
    if indicator is not None:
        parts.append(f"{known_indicator(survey, indicator).column} = {quoted(answer)}")
    return " AND ".join(parts)


def _by_place(survey: Survey) -> str:
    """Order of a walk: by village, then by house, 6 before 12."""
    round_, village, household, line = (f"s.{name}" for name in survey.key("child"))
    return f"{round_}, {village}, TRY_CAST(regexp_extract({household}, '[0-9]+') AS INTEGER), {household}, {line}"


def _personal(survey: Survey) -> tuple[str, ...]:
    roles = ("given_name", "family_name", "national_id")
    return tuple(survey.role(role).name for role in roles)  # type: ignore[arg-type]


def line_list_of(
    connection: duckdb.DuckDBPyConnection,
    survey: Survey,
    explainer: Explainer,
    *,
    area: str | None = None,
    round_: int | None = None,
    levels: Sequence[str] = (),
    indicator: int | None = None,
    answer: str = "yes",
    identified: bool = False,
    standing: Sequence[str] = (),
) -> pd.DataFrame:
    """Return the list, from a connection on which `score` exists; most severe first, then by highest possible level.

    `needs_help` and `needs_help_label` say of each row what its own answers to circumstances call for.
    With `standing`, the further columns of `standing_score`, the rows are of that view; these columns come last.
    """
    condition = _conditions(survey, area, round_, levels, indicator, answer)
    if not standing:
        create_explained(connection, survey, condition)
    key, names = survey.key("child"), _personal(survey)
    person, sex = survey.role("person").name, survey.role("sex").name
    listed = connection.execute(
        f"""
        SELECT s.{person}, {", ".join(f"s.{name}" for name in key)}, s.{sex}, age_min, age_max, level, highest,
            {", ".join(f"c.{name}" for name in names)}, {NEEDS_HELP}, reasons, open_reasons, answers, open_answers
            {"".join(f", s.{name}" for name in ((*standing, GIVEN) if standing else ()))}
        FROM (SELECT * FROM {STANDING if standing else EXPLAINED} WHERE {condition}) s
        JOIN current_child c ON {" AND ".join(f"s.{name}::VARCHAR = c.{name}" for name in key)}
        ORDER BY {_order(survey, "level")}, {_order(survey, "highest")}, {_by_place(survey)}
        """
    ).df()
    if standing:
        stood = listed.rename(columns={person: "person", survey.role("round").name: "year"})
        listed["why"] = carried_reasons(connection, explainer, stood)
    else:
        listed["why"] = explainer.why(listed)
    listed["open"] = explainer.open(listed)
    listed[f"{NEEDS_HELP}_label"] = explainer.help(listed[NEEDS_HELP])
    response = {level.id: level.response.in_(explainer.language) for level in survey.levels}
    listed["response"] = listed["level"].map(response).astype("str")
    hidden = {"reasons", "open_reasons", "answers", "open_answers", GIVEN, *standing}
    listed = listed[[*(name for name in listed if name not in hidden), *standing]]
    if not identified:
        for name in names:
            listed[name] = listed[name].mask(listed[name].notna(), MASK)
    return listed


def _listed_persons(
    survey: Survey, area: str | None, levels: Sequence[str], indicator: Indicator | None, answer: str
) -> str:
    """Return a condition on `score`: all rounds of the children who can be on the list, by `stood`.

    An answer that stands was given in some round, so that a child without it in any round cannot be on the list.
    """
    person = survey.role("person").name
    stands = [f"latest AND counted AND {within(survey, area, None)}"]
    if levels:
        stands.append(f"standing IN ({', '.join(map(quoted, levels))})")
    rows = f"{person} IN (SELECT person FROM {STOOD} WHERE {' AND '.join(stands)})"
    if indicator is None:
        return rows
    return f"{rows} AND {person} IN (SELECT {person} FROM {SCORE} WHERE {indicator.column} = {quoted(answer)})"


def standing_list(
    connection: duckdb.DuckDBPyConnection,
    survey: Survey,
    explainer: Explainer,
    *,
    area: str | None = None,
    levels: Sequence[str] = (),
    indicator: int | None = None,
    answer: str = "yes",
    identified: bool = False,
) -> pd.DataFrame:
    """As `list_children` without a round, from a connection on which `score` and `stood` exist."""
    asked = known_indicator(survey, indicator) if indicator is not None else None
    create_explained(connection, survey, _listed_persons(survey, area, levels, asked, answer))
    standing = create_standing_scores(connection, survey, asked)
    return line_list_of(
        connection,
        survey,
        explainer,
        area=area,
        levels=levels,
        indicator=indicator,
        answer=answer,
        identified=identified,
        standing=standing,
    )


def list_children(
    store: str | Path,
    *,
    area: str | None = None,
    round_: int | None = None,
    levels: Sequence[str] = (),
    indicator: int | None = None,
    answer: str = "yes",
    as_of: datetime.date | None = None,
    language: Language = "en",
    identified: bool = False,
    schemas: Path | None = None,
) -> pd.DataFrame:
    """Return children by area, level or indicator: as they stand on the day `as_of` (today), or in one round.

    Without `round_`, a row per child, of its last round and the place where it was then. `level` is the level that
    stands (see `scoring.standing`): a victim stays on the list until a later round or a recorded closing says
    otherwise, and a child whom one cleared leaves it. `why` holds the reasons of the round `since`, which gave it.
    `not_found` is the last round of the village where the child was not found in it, `no_consent` the same where its
    family did not consent; such a family's row without answers is no further child. `turned_18`: it surely has.
    `closed_on` is the day on which the case of that level was closed. An indicator's answer stands likewise until a
    later round gives another; `answered_in` is its round. With `round_`, all is what that round says.

    Names and numbers are masked unless `identified`, which the store's audit log records. Raises UsageError for an
    unknown level or indicator, an area or round of which the store has nothing, or a day together with a round;
    StoreError, UnreadableFile.
    """
    with Workspace.from_paths(store, schemas, language=language, identified=identified) as workspace:
        return select_children(
            workspace, area=area, round_=round_, levels=levels, indicator=indicator, answer=answer, as_of=as_of
        )


def select_children(
    workspace: Workspace,
    *,
    area: str | None = None,
    round_: int | None = None,
    levels: Sequence[str] = (),
    indicator: int | None = None,
    answer: str = "yes",
    as_of: datetime.date | None = None,
) -> pd.DataFrame:
    """As `list_children`, in a workspace."""
    if as_of is not None and round_ is not None:
        raise UsageError("as_of_and_round")
    survey, language = workspace.survey, workspace.language
    unknown = set(levels) - {level.id for level in survey.levels}
    if unknown:
        raise UsageError(
            "unknown_level", level=", ".join(sorted(unknown)), known=", ".join(level.id for level in survey.levels)
        )
    connection = workspace.connection
    check_surveyed(connection, survey, area, round_, language)
    workspace.scored()
    explainer = Explainer(survey, language)
    if round_ is None:
        create_stood(connection, survey, as_of or datetime.date.today())
        listed = standing_list(
            connection,
            survey,
            explainer,
            area=area,
            levels=levels,
            indicator=indicator,
            answer=answer,
            identified=workspace.identified,
        )
    else:
        listed = line_list_of(
            connection,
            survey,
            explainer,
            area=area,
            round_=round_,
            levels=levels,
            indicator=indicator,
            answer=answer,
            identified=workspace.identified,
        )
    workspace.note_identified("children", len(listed))
    return listed
