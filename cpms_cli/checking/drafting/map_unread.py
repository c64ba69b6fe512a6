"""What a map says of a column that is not read: that it is left out, that it may hold answers, or what it is for."""

from __future__ import annotations

from cpms_cli.checking.columns_not_read import kind_words
from cpms_cli.checking.drafting.map_answers import first_texts
from cpms_cli.checking.drafting.map_examples import DraftedSheet
from cpms_cli.reading.header.export_layouts import (
    leading_columns,
    subdistrict_words,
    village_number_words,
    village_perhaps_words,
    words_around_subdistrict,
)
from cpms_cli.reading.header.headers import is_headed
from cpms_cli.reading.header.mapping import UNDECIDED, leave_out
from cpms_cli.reading.layout.title_keys import are_village_numbers
from cpms_cli.reading.sheet.sheets import Matched
from cpms_cli.reading.sheet.unread import UnreadColumn, Why
from cpms_cli.survey.messages import say
from cpms_cli.survey.model.definition import Language, Survey
from cpms_cli.survey.proposals.header_words import names_head

_SURE_WORDS: dict[Why, str] = {"own": "map_own", "carried": "map_own", "gathered": "map_gathered"}


def describe_unread(sheet: DraftedSheet, column: UnreadColumn) -> tuple[str, str, str]:
    """Return field, label and how sure, of a column that is not read."""
    survey, matched, language = sheet.survey, sheet.matched, sheet.language
    if column.why == "left_out":
        return leave_out(language), "", say("map_told", language)
    if column.index == sheet.relation:
        return "", "", say("map_relation", language)
    if column.why == "near" and column.may_be:
        sure = say("map_near", language, percent=round(100 * matched.near[column.index].likeness))
        return UNDECIDED + column.may_be, survey.fields[column.may_be].label.in_(language), sure
    if column.holds_answers and column.looks_like and not tells_village(survey, matched, column):
        kind = kind_words(survey, column.looks_like, language)
        return UNDECIDED, "", say("map_answers", language, count=column.filled, kind=kind)
    return "", "", _use(survey, matched, column, language)


def _use(survey: Survey, matched: Matched, column: UnreadColumn, language: Language) -> str:
    """What a column is for that answers no question."""
    if names_head(column.header) and survey.role("household").name not in set(matched.match.fields.values()):
        return say("map_head", language)
    if tells_village(survey, matched, column):
        return say("map_village", language)
    if column.why == "added":
        program = matched.layout or (leading_columns(matched.source.header) or [None])[0]
        return say("map_added", language, program=program.name if program else "KoboToolbox / ODK")
    return say(_SURE_WORDS.get(column.why, "map_none"), language)


def tells_village(survey: Survey, matched: Matched, column: UnreadColumn) -> bool:
    """Whether a column says the village of each row together with others, so that its numbers are no answers."""
    around = [word for words in words_around_subdistrict().values() for word in words]
    places = (*village_number_words(), *subdistrict_words(), *around)
    is_place = is_headed(column.header, places, matched.layout is not None) or _has_numbers(matched, column)
    return is_place and survey.role("village").name not in set(matched.match.fields.values())


def _has_numbers(matched: Matched, column: UnreadColumn) -> bool:
    """Whether a column that may have the names of villages has their numbers."""
    is_perhaps = is_headed(column.header, village_perhaps_words(), matched.layout is not None)
    return is_perhaps and are_village_numbers(first_texts(matched.source, column.index))
