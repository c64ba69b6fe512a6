"""The relations that checking makes on a connection: rows as read, as rules see them, and what is in doubt."""

from __future__ import annotations

from cpms_cli.survey.relations import Relation

_STAGING, _DRAWN = ("checking.staging",), ("checking.examples.drawn_rows",)
_REPEATED, _HOUSES = ("checking.rows.repeated",), ("checking.rows.houses",)
_EARLIER, _RESPONSES = ("checking.rows.earlier_rounds",), ("checking.responses",)
_FATES, _WRITING = ("merging.row_fates",), ("store.rows.row_writing",)
_PLACE = ("_source", "_row")

_STAGED = (
    Relation(
        "arriving",
        "a row of the table that is being staged, as canonical text",
        (*_STAGING, *_RESPONSES),
        (*_STAGING, *_RESPONSES),
        kind="frame",
    ),
    Relation(
        "staged_child",
        "a child's row of the files, as canonical text, with its table and its number there",
        (*_STAGING, *_DRAWN),
        (
            *_STAGING,
            "checking.rows.line_numbers",
            "checking.rows.fabrication",
            *_HOUSES,
            *_REPEATED,
            "checking.rows.row_rules",
            *_WRITING,
            "linking.displaced",
            *_FATES,
        ),
    ),
    Relation(
        "line_now",
        "the line of a child whose file has no number for it",
        ("checking.rows.line_numbers",),
        ("checking.rows.line_numbers",),
        ("_source", "_row", "line"),
        "frame",
    ),
    Relation(
        "staged_household",
        "a household's row of the files, or what a flat sheet says of it; `_differ`: questions answered differently",
        (*_STAGING, *_DRAWN),
        (
            *_STAGING,
            "checking.rows.fabrication",
            *_HOUSES,
            *_REPEATED,
            "checking.rows.row_rules",
            *_WRITING,
            "linking.displaced",
            *_FATES,
        ),
    ),
    Relation(
        "record",
        "a staged child with its household, as typed answers",
        _STAGING,
        (
            "checking.rows.fabrication",
            *_HOUSES,
            *_EARLIER,
            "checking.rows.row_rules",
            "scoring.examples.score_examples",
            "scoring.set_aside",
        ),
    ),
    Relation(
        "home",
        "a staged household, as typed answers",
        _STAGING,
        ("checking.rows.fabrication", "checking.interview_years", "checking.rows.row_rules"),
    ),
    Relation("drawn", "a row drawn for a case of the definition", _DRAWN, _DRAWN, kind="frame"),
)

_CONSENT = (
    Relation("unread_row", "a row of a table whose consent cannot be read", _STAGING, _STAGING, ("_row",), "frame"),
    Relation(
        "unread_consent",
        "a row whose consent cannot be read",
        _STAGING,
        (*_STAGING, "checking.rows.row_rules"),
        _PLACE,
    ),
    Relation(
        "differing_consent",
        "an answer about consent in a flat sheet, of a home whose rows give two; the home's key",
        _STAGING,
        _STAGING,
    ),
    Relation(
        "consent_word", "an answer about consent, all refusals as one; the home's key and `word`", _STAGING, _STAGING
    ),
    Relation(
        "disputed_consent",
        "the key of a home whose rows disagree on consent",
        _STAGING,
        (*_STAGING, *_REPEATED, "checking.rows.row_rules", *_WRITING, *_FATES),
    ),
    Relation(
        "unwilling",
        "the key of a home that did not consent, by these files or by its last word in the store",
        _STAGING,
        (
            *_STAGING,
            *_HOUSES,
            "checking.rows.row_rules",
            "store.rows.known_answers",
            *_WRITING,
            "linking.displaced",
            *_FATES,
        ),
    ),
)

_IN_DOUBT = (
    Relation("row_alike", "a staged row whose key stands on another row too", _REPEATED, _REPEATED),
    Relation(
        "unread_text",
        "the cells of such a row that are no answer, as they are written",
        _REPEATED,
        _REPEATED,
        (*_PLACE, "texts"),
        "frame",
    ),
    Relation(
        "repeated_pair",
        "a row that repeats another, and the one that stays",
        _REPEATED,
        _REPEATED,
        (*_PLACE, "flat", "kept_source", "kept_row"),
        "frame",
    ),
    Relation("repeated_row", "a row left out because it repeats another", _REPEATED, (*_REPEATED, *_FATES), _PLACE),
    Relation(
        "house_variant",
        "the key of a home whose number stands in another writing too, with `plain` and all `writings`",
        _HOUSES,
        _HOUSES,
    ),
    Relation("house_alike", "the key of such a home of which a child is alike one of the other", _HOUSES, _HOUSES),
)

_AGAINST_EARLIER = (
    Relation("stored_row", "a current row of a store, handed in", _EARLIER, _EARLIER, kind="frame"),
    Relation("earlier_child", "a child's row of an earlier round", (*_EARLIER, *_DRAWN), _EARLIER),
    Relation("earlier_household", "a household's row of an earlier round", (*_EARLIER, *_DRAWN), _EARLIER),
    Relation("arrived_record", "a record of the files, with the file that it may be compared in", _EARLIER, _EARLIER),
    Relation("earlier", "a child in an earlier round with its household, as typed answers", _EARLIER, _EARLIER),
    Relation("compared", "a record of the files beside the same child's last record before", _EARLIER, _EARLIER),
    Relation("absent", "the last record of a child of the files' villages who is not in the files", _EARLIER, _EARLIER),
    Relation("absent_village", "a village of the files' subdistricts that has no children now", _EARLIER, _EARLIER),
)

_LOG = (
    Relation(
        "staged_response",
        "a row of the response log, as canonical text",
        _RESPONSES,
        (*_RESPONSES, "store.logs.response_writing"),
    ),
    Relation("response_record", "such a row as typed answers, with what the store knows", _RESPONSES, _RESPONSES),
    Relation("drawn_response", "a response drawn for a case of the definition", _RESPONSES, _RESPONSES, kind="frame"),
)

RELATIONS = (*_STAGED, *_CONSENT, *_IN_DOUBT, *_AGAINST_EARLIER, *_LOG)
