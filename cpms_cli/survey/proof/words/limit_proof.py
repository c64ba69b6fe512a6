"""The limits, proved: each is a limit of its kind, is quoted by something, and no number of its kind is written out.

In a rule a number is written out, and needs a limit, unless it is

- 0, or 1 ("none", "any", "more than once"), save where 1 is compared with an age or with a number that somebody gave;
- a length of a text or a place in it (`left(village_code, 6)`, `length(birth_date) = 10`), which is form and no limit;
- part of a text (`'1'`).

In words it is written out where the words beside it say that it is of a unit of `limits.yaml` (`beside`), in digits or
as a word. There 0 and 1 are none. Spellings by which files are read are what people write, and may say any number.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from sqlglot import exp

from cpms_cli.survey.files.definition_reader import Reader
from cpms_cli.survey.language import LANGUAGES
from cpms_cli.survey.model.definition import Survey, Words
from cpms_cli.survey.problems import Fault, Problem
from cpms_cli.survey.proof.words.numbers_in_words import NumberFinder
from cpms_cli.survey.rules.rule_faults import COMPARISONS
from cpms_cli.survey.rules.rule_language import standing_rule
from cpms_cli.survey.rules.vocabulary import RANGES, RuleError
from cpms_cli.survey.yaml_files.limits import FILE
from cpms_cli.survey.yaml_files.located_yaml import Document, Place, limit_values, read_mapping
from cpms_cli.survey.yaml_files.location import shipped
from cpms_cli.survey.yaml_files.quoting import quoted_names

Languages = Callable[[Words, str], Iterable[Fault]]
_RULES = ("when", "applies", "has", "asked")
_TIMES = ("due_hours", "again_days")
_AS_SHIPPED = "messages/"
_QUOTED = "$name"


def limit_problems(reader: Reader, survey: Survey, languages: Languages) -> list[Problem]:
    """Every fault of `limits.yaml`, and every number in another file that should be quoted from it, with its line."""
    if FILE not in reader.documents:
        return [Problem(FILE, 1, Fault("file_missing"))]
    documents = [
        read_mapping(reader.home_of(file), file, reader.limits)
        for file in reader.documents
        if file not in reader.replaced and file != FILE
    ]
    quoted, finder = [*_quotes(documents), *reader.quotes], NumberFinder(survey.limits)
    return [
        *_limits(reader, survey, languages),
        *_unknown(survey, [quote for quote in quoted if not reader.is_the_tools(quote[0])]),
        *_unused(reader, survey, {name for _, _, name in quoted}),
        *_reworded_limits(reader, survey, quoted),
        *(
            problem
            for document in documents
            if not reader.is_the_tools(document.file)
            for problem in _written_out(document, survey, finder)
        ),
        *_in_codelists(reader, survey, finder),
        *_oldest(reader),
    ]


def _quotes(documents: Iterable[Document]) -> Iterator[tuple[str, int, str]]:
    """File, line and name of every limit that is quoted."""
    for document in documents:
        for place, text in document.quoting.items():
            for name in quoted_names(text):
                yield document.file, document.line(*place), name


def _limits(reader: Reader, survey: Survey, languages: Languages) -> Iterator[Problem]:
    units, values, seen = {unit.name for unit in survey.limits.units}, survey.limits.values, set[str]()
    for index, unit in enumerate(survey.limits.units):
        line = reader.documents[FILE].line("units", index)
        yield from (Problem(FILE, line, fault) for fault in languages(unit.label, unit.name))
    for index, limit in enumerate(survey.limits.limits):
        line = reader.documents[FILE].line("limits", index)
        faults = list(languages(limit.label, limit.name))
        faults += [Fault("limit_twice", name=limit.name)] if limit.name in seen else []
        faults += [Fault("no_unit", name=limit.unit)] if limit.unit not in units else []
        if limit.one_below is not None and limit.name not in values:
            faults.append(Fault("limit_one_below", name=limit.one_below))
        if values.get(limit.name, 0) < 0:
            faults.append(Fault("limit_negative", name=limit.name))
        last = f"{limit.name.removesuffix('_from')}_to"
        if limit.name.endswith("_from") and values.get(limit.name, 0) > values.get(last, values.get(limit.name, 0)):
            own, most = str(values[limit.name]), str(values[last])
            faults.append(Fault("limit_above", name=limit.name, number=own, other=last, most=most))
        seen.add(limit.name)
        yield from (Problem(FILE, line, fault) for fault in faults)


def _unknown(survey: Survey, quoted: Iterable[tuple[str, int, str]]) -> Iterator[Problem]:
    known = {limit.name for limit in survey.limits.limits}
    for file, line, name in quoted:
        if name not in known:
            yield Problem(file, line, Fault("no_limit", name=name, file=FILE))


def _unused(reader: Reader, survey: Survey, used: set[str]) -> Iterator[Problem]:
    if reader.replaced or not reader.faulty <= set(reader.documents):
        return  # what cannot be read may quote it
    used = used | {limit.one_below for limit in survey.limits.limits if limit.one_below}
    for index, limit in enumerate(survey.limits.limits):
        if limit.name not in used:
            line = reader.documents[FILE].line("limits", index)
            yield Problem(FILE, line, Fault("limit_unused", name=limit.name, quoted=f"${limit.name}"))


def _reworded_limits(reader: Reader, survey: Survey, quoted: Iterable[tuple[str, int, str]]) -> Iterator[Problem]:
    """Limits that the tool's own sentences quote, and that are not the shipped ones: it would go on saying these."""
    known = limit_values(shipped("schemas"))
    sentences = {name: (file, line) for file, line, name in quoted if file.startswith(_AS_SHIPPED)}
    for index, limit in enumerate(survey.limits.limits):
        value = survey.limits.values.get(limit.name)
        if limit.name in sentences and value != known.get(limit.name, value):
            file, line = sentences[limit.name]
            fault = Fault("limit_said", number=str(known[limit.name]), name=limit.name, place=f"{file}:{line}")
            yield Problem(FILE, reader.documents[FILE].line("limits", index), fault)


def _written_out(document: Document, survey: Survey, finder: NumberFinder) -> Iterator[Problem]:
    for place, content in _parts(document.content, ()):
        key = place[-1] if place else ""
        text = document.quoting.get(place, content)
        if key in _RULES and isinstance(text, str):
            for number in strays(text, survey):
                yield Problem(document.file, document.line(*place), _stray("stray_rule", number))
        elif key in _TIMES and place not in document.quoting and isinstance(content, int):
            yield Problem(document.file, document.line(*place), _stray("stray", content))
        elif key in LANGUAGES and isinstance(text, str):
            for number in finder.numbers(text, str(key)):
                yield Problem(document.file, document.line(*place), _stray("stray_words", number))


def _stray(key: str, number: str | int) -> Fault:
    return Fault(key, number=str(number), file=FILE, quoted=_QUOTED)


def _parts(content: Any, place: Place) -> Iterator[tuple[Place, Any]]:
    """Every single value of a document with its place."""
    if isinstance(content, dict):
        for key, part in content.items():
            yield from _parts(part, (*place, key))
    elif isinstance(content, list):
        for index, part in enumerate(content):
            yield from _parts(part, (*place, index))
    else:
        yield place, content


def strays(rule: str, survey: Survey) -> list[str]:
    """Return the numbers that are written out in a rule and should be limits; none where it cannot be read."""
    try:
        tree = standing_rule(rule)
    except RuleError:
        return []
    numbers = (literal for literal in tree.find_all(exp.Literal, bfs=False) if not literal.is_string)
    return [str(literal.this) for literal in numbers if not _is_free(literal, survey)]


def _is_free(literal: exp.Literal, survey: Survey) -> bool:
    parent, number = literal.parent, str(literal.this)
    compared = parent.this if isinstance(parent, (exp.Between, exp.In)) else None
    if isinstance(parent, COMPARISONS):
        compared = parent.expression if parent.this is literal else parent.this
    if isinstance(parent, (exp.Left, exp.Substring)) or isinstance(compared, exp.Length):
        return True
    if number == "1" and isinstance(compared, exp.Column):
        field = survey.fields.get(compared.name)
        is_age = compared.name in RANGES["age"] or compared.name == "age"
        return not is_age and (field is None or field.type != "integer")
    return number in ("0", "1")


def _in_codelists(reader: Reader, survey: Survey, finder: NumberFinder) -> Iterator[Problem]:
    """Numbers that are written out in the labels of answers; spellings are what people write, and may say any."""
    quotes = {(file, line) for file, line, _ in reader.quotes}
    for name, codes in survey.codelists.items():
        file = f"codelists/{name}.csv"
        for entry in codes.codes:
            line = reader.code_lines[(name, entry.code)]
            for language, text in entry.label.written().items():
                numbers = finder.numbers(text, language) if (file, line) not in quotes else ()
                yield from (Problem(file, line, _stray("stray_words", number)) for number in numbers)


def _oldest(reader: Reader) -> Iterator[Problem]:
    """The highest age that the survey asks for is a limit: who is older is no child."""
    file = "child.yaml"
    if file in reader.replaced:
        return
    document = read_mapping(reader.folder, file, reader.limits)
    for index, field in enumerate(document.content["fields"]):
        place = ("fields", index, "constraints", "maximum")
        if field.get("role") == "age" and place not in document.quoting:
            fault = Fault("maximum_limit", name=str(field.get("name")), file=FILE, quoted=_QUOTED)
            yield Problem(file, document.line(*place), fault)
