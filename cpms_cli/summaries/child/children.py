"""The line list: which children, how urgent, and why."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

from cpms_cli.errors import UsageError
from cpms_cli.scoring.compiler.score_columns import HELP, NEEDS_HELP
from cpms_cli.scoring.explanations import Explainer
from cpms_cli.scoring.scores import EXPLAINED, SCORE, create_explained
from cpms_cli.summaries.child.carried_reasons import carried_reasons
from cpms_cli.summaries.child.standing_today import GIVEN, STANDING, STOOD, create_standing_scores, create_stood
from cpms_cli.summaries.counts.shares import within
from cpms_cli.summaries.scope import check_surveyed, known_indicator, known_level
from cpms_cli.survey.country_time import country_today
from cpms_cli.survey.language import FALLBACK
from cpms_cli.survey.model.definition import Language, Survey
from cpms_cli.survey.rules.typed_answers import quoted
from cpms_cli.workspace import Workspace

MASK = "•••"


def _order(survey: Survey, column: str) -> str:
    ranks = " ".join(f"WHEN {quoted(level.id)} THEN {rank}" for rank, level in enumerate(survey.levels))
    return f"CASE {column} {ranks} END"


@dataclass(frozen=True)
class ChildSelection:
    """Which children a line list is of; None and an empty tuple leave nobody out.

    `round` None stands for the children as they stand today. `answer` is the answer to `indicator`.
    """

    area: str | None = None
    round: int | None = None
    levels: tuple[str, ...] = ()
    indicator: int | str | None = None
    answer: str = "yes"

    def condition(self, survey: Survey) -> str:
        """Return the SQL condition on `score`; raises UsageError for an unknown indicator."""
        parts = [within(survey, self.area, self.round)]
        if self.levels:
            parts.append(f"level IN ({', '.join(quoted(level) for level in self.levels)})")
        if self.indicator is not None:
            parts.append(f"{known_indicator(survey, self.indicator).column} = {quoted(self.answer)}")
        return " AND ".join(parts)


def _by_place(survey: Survey) -> str:
    """Order of a walk: by village, then by house, 6 before 12."""
    round_, village, household, line = (f"s.{name}" for name in survey.key("child"))
    return f"{round_}, {village}, TRY_CAST(regexp_extract({household}, '[0-9]+') AS INTEGER), {household}, {line}"


def _personal(survey: Survey) -> tuple[str, ...]:
    return tuple(survey.names_of("given_name", "family_name", "national_id"))


def line_list_of(workspace: Workspace, selection: ChildSelection, standing: Sequence[str] = ()) -> pd.DataFrame:
    """Return a row per selected child and round, the most severe level first, then the highest possible level.

    `needs_help` and `needs_help_label` say of each row what its own answers to circumstances call for.
    With `standing`, the further columns of `standing_score`, the rows are of that view; these columns come last.
    """
    survey, connection = workspace.survey, workspace.scored()
    explainer, condition = Explainer(survey, workspace.language), selection.condition(survey)
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
    listed[HELP] = explainer.help(listed[NEEDS_HELP])
    response = {level.id: level.response.in_(explainer.language) for level in survey.levels}
    listed["response"] = listed["level"].map(response).astype("str")
    hidden = {"reasons", "open_reasons", "answers", "open_answers", GIVEN, *standing}
    listed = listed[[*(name for name in listed if name not in hidden), *standing]]
    if not workspace.identified:
        for name in names:
            listed[name] = listed[name].mask(listed[name].notna(), MASK)
    return listed


def _listed_persons(survey: Survey, selection: ChildSelection) -> str:
    """Return a condition on `score`: all rounds of the children who can be on the list, by `stood`.

    An answer that stands was given in some round, so that a child without it in any round cannot be on the list.
    """
    person = survey.role("person").name
    stands = [f"latest AND counted AND {within(survey, selection.area, None)}"]
    if selection.levels:
        stands.append(f"standing IN ({', '.join(map(quoted, selection.levels))})")
    rows = f"{person} IN (SELECT person FROM {STOOD} WHERE {' AND '.join(stands)})"
    if selection.indicator is None:
        return rows
    answered = f"{known_indicator(survey, selection.indicator).column} = {quoted(selection.answer)}"
    return f"{rows} AND {person} IN (SELECT {person} FROM {SCORE} WHERE {answered})"


def standing_list(workspace: Workspace, selection: ChildSelection) -> pd.DataFrame:
    """Return the selected children as they stand, as `list_children` does without a round; needs `stood`."""
    survey, connection = workspace.survey, workspace.scored()
    asked = known_indicator(survey, selection.indicator) if selection.indicator is not None else None
    create_explained(connection, survey, _listed_persons(survey, selection))
    return line_list_of(workspace, selection, create_standing_scores(connection, survey, asked))


def list_children(  # noqa: PLR0913 - public: what can be asked, each by its own keyword
    store: str | Path,
    *,
    area: str | None = None,
    round_: int | None = None,
    levels: Sequence[str] = (),
    indicator: int | str | None = None,
    answer: str = "yes",
    as_of: datetime.date | None = None,
    language: Language = FALLBACK,
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
    chosen = (levels,) if isinstance(levels, str) else tuple(levels)
    with Workspace.from_paths(store, schemas, language=language, identified=identified).of_area(area) as workspace:
        return select_children(workspace, ChildSelection(area, round_, chosen, indicator, answer), as_of=as_of)


def select_children(
    workspace: Workspace, selection: ChildSelection, *, as_of: datetime.date | None = None
) -> pd.DataFrame:
    """As `list_children`, in a workspace."""
    if as_of is not None and selection.round is not None:
        raise UsageError("as_of_and_round")
    survey = workspace.survey
    selection = replace(selection, levels=tuple(known_level(survey, level) for level in selection.levels))
    check_surveyed(workspace, selection.area, selection.round)
    if selection.round is None:
        create_stood(workspace, as_of or country_today())
        listed = standing_list(workspace, selection)
    else:
        listed = line_list_of(workspace, selection)
    workspace.note_identified("children", len(listed))
    return listed
