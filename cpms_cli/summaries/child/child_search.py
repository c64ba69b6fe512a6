"""Children found by what somebody knows of them: a name, however it is spelled, a house number, an identifier."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

import pandas as pd
from rapidfuzz.distance import OSA

from cpms_cli.linking.names.name_forms import bare_name, folded_name
from cpms_cli.linking.names.phones import loosen_code, spoken_code
from cpms_cli.linking.names.zawgyi import in_unicode
from cpms_cli.store.audit_log import note_identified
from cpms_cli.store.identifier_search import SHORTEST, persons_by_identifier, plain_identifier
from cpms_cli.summaries.child.children import MASK
from cpms_cli.summaries.counts.shares import within
from cpms_cli.summaries.scope import check_surveyed
from cpms_cli.survey.language import FALLBACK
from cpms_cli.survey.messages import say
from cpms_cli.survey.model.definition import Language, Role, Survey
from cpms_cli.survey.model.settings.linking_settings import LinkingSettings
from cpms_cli.survey.plain_text import compared_text, plain_digits
from cpms_cli.workspace import Workspace

_NAMES: tuple[Role, ...] = ("given_name", "family_name", "nickname", "mother")
_SHOWN: tuple[Role, ...] = ("given_name", "family_name", "national_id")
_NUMBER: Role = "national_id"
_SAME, _PART, _SOUNDS, _NEARLY, _NONE = range(5)
# With fewer letters of its sound one of them makes another name: มานะ and มานี are two apart, and each is eight long.
_LONG_ENOUGH = 8
_DIGITS_OF_NUMBER = 6


def find_children(  # noqa: PLR0913 - public: what can be asked, each by its own keyword
    store: str | Path,
    text: str,
    *,
    area: str | None = None,
    language: Language = FALLBACK,
    identified: bool = False,
    schemas: Path | None = None,
) -> pd.DataFrame:
    """Return the children whom a name, a house number, a CPMS ID or a national ID, or a part of it, belongs to.

    A row a child, of its last round: its identifier, round, village, household, given and family name, national ID
    (masked unless `identified`), sex, and `matched`: what of any round agrees, in words. What is spelled so stands
    first, what only sounds alike last. A search that finds anybody by a name or a national ID is written to the audit
    log, masked or not: it says which record is whose. Raises UsageError for an area of which the store has nothing;
    StoreError, UnreadableFile.
    """
    with Workspace.from_paths(store, schemas, language=language, identified=identified, writes=True) as workspace:
        return search_children(workspace, text, area=area)


def search_children(workspace: Workspace, text: str, *, area: str | None = None) -> pd.DataFrame:
    """As `find_children`, in a workspace that writes."""
    survey, connection = workspace.survey, workspace.connection
    check_surveyed(workspace, area, None)
    person, round_, village, household, sex = (
        survey.role(role).name for role in ("person", "round", "village", "household", "sex")
    )
    personal = survey.names_of(*_NAMES, _NUMBER)
    rows = connection.execute(
        f"""
        SELECT {person}, {round_}::INTEGER AS {round_}, {village}, {household}, {sex}, {", ".join(personal)}
        FROM current_child
        WHERE {within(survey, area, None)}
        ORDER BY {round_}, {village}, {household}, {survey.role("line").name}
        """
    ).df()
    ranks = _ranks(workspace, rows, text)
    best, by = ranks.min(axis=1), ranks.idxmin(axis=1)
    hits = rows.assign(rank=best, matched=by)[best < _NONE]
    # A name that was spelled so in any round leads to the child as it was last seen.
    hits = hits.sort_values(["rank", round_], ascending=[True, False]).drop_duplicates(person)
    last = rows.drop_duplicates(person, keep="last").set_index(person)
    listed = last.reindex(hits[person]).reset_index().assign(matched=_words(survey, hits, workspace.language))
    if workspace.identified or hits["matched"].isin(personal).any():
        what = "find" if workspace.identified else "find, names hidden"
        note_identified(connection, what, len(listed), workspace.who)
    shown = survey.names_of(*_SHOWN)
    if not workspace.identified:
        listed[shown] = listed[shown].mask(listed[shown].notna(), MASK)
    return listed[[person, round_, village, household, *shown, sex, "matched"]]


def _house_number(survey: Survey, text: str) -> str:
    """The text as house numbers are compared, without words before it that only say that it is one."""
    plain = compared_text(plain_digits(text))
    headers = (compared_text(header) for header in survey.role("household").headers)
    return next((plain.removeprefix(words).strip() for words in headers if words and plain.startswith(words)), plain)


def _ranks(workspace: Workspace, rows: pd.DataFrame, text: str) -> pd.DataFrame:
    """How well each row's answers agree with the text, by field: from `_SAME` to `_NONE`."""
    survey = workspace.survey
    person, household = survey.role("person").name, survey.role("household").name
    beginning, house = plain_identifier(text), _house_number(survey, text)
    known = persons_by_identifier(workspace.connection, survey) if len(beginning) >= SHORTEST else {}
    persons = {child for identifier, child in known.items() if identifier.startswith(beginning)}
    digits = "".join(sign for sign in plain_digits(text) if sign.isdecimal())
    is_number = len(digits) >= _DIGITS_OF_NUMBER and beginning == digits
    ranks = {
        person: rows[person].isin(persons).map({True: _SAME, False: _NONE}),
        household: _ranked(
            rows[household], lambda cell: _SAME if compared_text(plain_digits(cell)) == house else _NONE
        ),
    }
    ranks |= {
        number: _ranked(
            rows[number], lambda cell: _SAME if cell == digits else _PART if is_number and digits in cell else _NONE
        )
        for number in survey.names_of(_NUMBER)
    }
    return pd.DataFrame({**ranks, **_ranks_of_names(survey, rows, text)}, index=rows.index, dtype="int64")


def _ranked(cells: pd.Series, rank: Callable[[str], int]) -> pd.Series:
    known = {cell: rank(str(cell)) for cell in cells.dropna().unique()}
    return cells.map(known).fillna(_NONE).astype("int64")


def _ranks_of_names(survey: Survey, rows: pd.DataFrame, text: str) -> dict[str, pd.Series]:
    """Every word of the text must be a name of the child's; a name counts by the word that agrees least."""
    settings = survey.linking
    names = survey.names_of(*_NAMES)
    words = [word for part in text.split() if (word := folded_name(in_unicode(part, settings), settings))]
    none = pd.Series(_NONE, index=rows.index)
    if not words:
        return dict.fromkeys(names, none)
    by_word = [
        pd.DataFrame({name: _ranked(rows[name], partial(_likeness, settings, word)) for name in names})
        for word in words
    ]
    worst = pd.concat([ranks.min(axis=1) for ranks in by_word], axis=1).max(axis=1)
    all_agree = worst < _NONE
    return {name: worst.where(all_agree & (by_word[0][name] == by_word[0].min(axis=1)), _NONE) for name in names}


def _likeness(settings: LinkingSettings, word: str, cell: str) -> int:
    """How well a name agrees with a word that somebody typed, both without titles."""
    written = in_unicode(cell, settings)
    folds = {folded_name(part, settings) for part in (written, *written.split())} - {""}
    if word in folds:
        return _SAME
    if len(word) > 1 and any(word in fold for fold in folds):
        return _PART
    wanted, codes = _sound(word, settings), {_sound(fold, settings) for fold in folds}
    if wanted in codes:
        return _SOUNDS
    near = len(wanted) >= _LONG_ENOUGH and any(OSA.distance(wanted, code, score_cutoff=1) <= 1 for code in codes)
    return _NEARLY if near else _NONE


def _sound(fold: str, settings: LinkingSettings) -> str:
    return loosen_code(spoken_code(bare_name([fold], settings), settings))


def _words(survey: Survey, hits: pd.DataFrame, language: Language) -> list[str]:
    """What agrees, by the label of the question, and whether it only sounds alike."""
    labels = [survey.fields[name].label.in_(language) for name in hits["matched"]]
    return [
        say("found_alike", language, label=label) if rank >= _SOUNDS else label
        for label, rank in zip(labels, hits["rank"], strict=True)
    ]
