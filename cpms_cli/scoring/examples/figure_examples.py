"""The examples of rights and of measures of migration: drawn children, and what the rules must say of each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from cpms_cli.checking.examples.drawn_rows import Answers, drawn_row, relation
from cpms_cli.scoring.judged_columns import measure_column, right_column
from cpms_cli.scoring.profiles import HOME, create_profiles
from cpms_cli.survey.model.definition import Survey
from cpms_cli.survey.problems import Fault, Problem
from cpms_cli.survey.rules.workbench import open_workbench
from cpms_cli.survey.yaml_files.located_yaml import Document, Place

FIGURES = "examples/figures.yaml"
# What an example of a right says, and the answer that means in `profile`.
_OF_RIGHT = {"has": "yes", "lacks": "no", "unknown": "unknown", "not_asked": "n/a"}
_OF_MEASURE = {"yes": "yes", "no": "no", "unknown": "unknown"}


@dataclass(frozen=True)
class FigureExample:
    """One case: where it stands, the column that answers it, the answer, and the file and place of its rule."""

    place: Place
    about: str
    relation: str
    column: str
    answers: Answers
    expect: str
    rule: tuple[str, Place]


def figure_examples(survey: Survey, document: Document) -> Iterator[FigureExample]:
    """The cases in the file's order; those of a right or measure that is not there are left to `_strange`."""
    rights = {right.id: number for number, right in enumerate(survey.rights)}
    measures = {measure.id: number for number, measure in enumerate(survey.measures)}
    for number, case in enumerate(document.content["rights"]):
        if case["right"] in rights:
            yield FigureExample(
                ("rights", number),
                case["right"],
                "profile",
                right_column(case["right"]),
                case["answers"],
                case["expect"],
                ("rights.yaml", ("rights", rights[case["right"]])),
            )
    for number, case in enumerate(document.content["measures"]):
        if case["measure"] in measures:
            measure = survey.measures[measures[case["measure"]]]
            yield FigureExample(
                ("measures", number),
                measure.id,
                "profile" if measure.of == "child" else HOME,
                measure_column(measure.id),
                case["answers"],
                case["expect"],
                ("migration.yaml", ("measures", measures[measure.id])),
            )


def _strange(survey: Survey, document: Document) -> Iterator[tuple[Place, Fault]]:
    """Cases about nothing, with unknown fields or expectations, and rules of which an answer has no case."""
    needed = {
        "rights": {
            right.id: set(_OF_RIGHT) - (set() if right.applies or right.levels else {"not_asked"})
            for right in survey.rights
        },
        "measures": {measure.id: set(_OF_MEASURE) for measure in survey.measures},
    }
    for part, known in needed.items():
        words = _OF_RIGHT if part == "rights" else _OF_MEASURE
        for number, case in enumerate(document.content[part]):
            name = case[part.removesuffix("s")]
            if name not in known:
                yield (part, number), Fault(f"no_{part.removesuffix('s')}", name=name)
                continue
            if case["expect"] not in words:
                yield (part, number), Fault("expect", choices=", ".join(words), given=str(case["expect"]))
            known[name].discard(case["expect"])
            for field, value in case["answers"].items():
                codes = survey.codes(survey.fields[field]) if field in survey.fields else None
                if field not in survey.fields:
                    yield (part, number), Fault("no_field", name=field)
                elif codes and value != "" and value not in {*codes.by_code, *survey.missing_words}:
                    yield (part, number), Fault("not_code", code=str(value), list=f"codelists/{codes.name}.csv")
        for name, lacking in known.items():
            if lacking:
                yield (part,), Fault("figure_lacks", name=name, answers=", ".join(sorted(lacking)))


def _wrong(
    survey: Survey, base: Mapping[str, Answers], document: Document, rules: Mapping[str, Document]
) -> Iterator[tuple[Place, Fault]]:
    cases = [case for case in figure_examples(survey, document) if survey.turned_off.isdisjoint(case.answers)]
    connection = open_workbench(len(cases))
    try:
        for table in ("child", "household"):
            rows = [
                {**drawn_row(survey, base, case.answers, table, str(number)), "_source": 0, "_row": number}
                for number, case in enumerate(cases)
            ]
            connection.register("drawn_figures", relation(survey.columns(table), rows))
            connection.execute(
                f"CREATE TEMP TABLE current_{table} AS SELECT * EXCLUDE (_source, _row) FROM drawn_figures"
            )
            connection.unregister("drawn_figures")
        create_profiles(connection, survey)
        household = survey.role("household").name
        tables = {
            name: connection.execute(f"SELECT * FROM {name}").df().set_index(household) for name in ("profile", HOME)
        }
    finally:
        connection.close()
    for number, case in enumerate(cases):
        words = _OF_RIGHT if case.place[0] == "rights" else _OF_MEASURE
        given = tables[case.relation].at[str(number), case.column]
        # An example says unknown of whoever was not asked in its round, too.
        answer = next(word for word, truth in words.items() if truth == ("unknown" if given == "not_asked" else given))
        is_left_open = answer == "unknown" and bool(survey.turned_off)
        if answer != case.expect and not is_left_open:
            file, place = case.rule
            rule_place = f"{file}:{rules[file].line(*place)}"
            fault = Fault("example_figure", about=case.about, given=answer, wanted=case.expect, place=rule_place)
            yield case.place, fault


def figure_example_problems(
    survey: Survey, base: Mapping[str, Answers], document: Document, rules: Mapping[str, Document]
) -> list[Problem]:
    """Every case in `document` (examples/figures.yaml) of which a rule does not say what it should.

    `rules` has rights.yaml and migration.yaml, to name a rule's line. Raises duckdb.Error where a rule cannot be run.
    """
    faults = list(_strange(survey, document)) or list(_wrong(survey, base, document, rules))
    return [Problem(FIGURES, document.line(*place), fault) for place, fault in faults]
