"""The response log as files and rules see it: one table of its own, of what was done for whom and when."""

from __future__ import annotations

from functools import cached_property, lru_cache

from cpms_cli.survey.model.definition import Field, Survey, TableSchema
from cpms_cli.survey.model.fields import roles_of
from cpms_cli.survey.rules.typed_answers import typed
from cpms_cli.survey.rules.vocabulary import Vocabulary

FACTS = {"known_as": "VARCHAR", "first_interview": "DATE", "today": "DATE", "told_otherwise": "BOOLEAN"}
"""What the store says to a row of the log, with its type in SQL; `checks.yaml` tells what each is."""


class ResponseLog(Survey):
    """The definition with the response log in the place of the children's table, to read and check a file of it.

    `people` is the table whose place it takes: roles are still those of the survey.
    """

    people: TableSchema

    @cached_property
    def fields(self) -> dict[str, Field]:
        """The fields of the log alone, so that no header is taken for a question of the survey."""
        return {field.name: field for field in self.response.fields}

    @cached_property
    def _by_role(self) -> dict[str, Field]:
        return roles_of((self.household, self.people))


@lru_cache(maxsize=8)
def response_log(survey: Survey) -> ResponseLog:
    """The log's own view of a definition."""
    return ResponseLog.model_construct(**{**dict(survey), "child": survey.response, "people": survey.child})


@lru_cache(maxsize=16)
def log_vocabulary(survey: Survey) -> Vocabulary:
    """What rules on the log may name: its fields, and the facts that the store adds."""
    return Vocabulary(response_log(survey).fields, survey.codelists, (), frozenset(FACTS))


def typed_log(survey: Survey, source: str, carried: tuple[str, ...]) -> str:
    """SELECT of typed rows of the log; `source` has them as canonical text, with the facts."""
    own = [f"{typed(survey, field, 'r')} AS {field.name}" for field in survey.response.fields]
    return f"SELECT {', '.join([*(f'r.{name}' for name in (*carried, *FACTS)), *own])} FROM {source} r"
