"""What recognising a child again needs of the definition, proved: the comparisons that there are, known scripts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from cpms_cli.survey.files.definition_reader import Reader
from cpms_cli.survey.files.schema_files import read_linking
from cpms_cli.survey.model.definition import Survey, Words
from cpms_cli.survey.model.settings.linking_settings import FILE, NAMES, READ_AS, LinkingSettings
from cpms_cli.survey.problems import Fault, Problem
from cpms_cli.survey.yaml_files.location import shipped

Languages = Callable[[Words, str], Iterable[Fault]]

# Comparisons and levels that definitions of an earlier version do not have: what is one of these now is another level
# there.
_LATER = frozenset({("birth", "close"), ("place", "house")})
_LATER_COMPARISONS = frozenset({"reach", "spot"})


def linking_problems(reader: Reader, settings: LinkingSettings, languages: Languages) -> list[Problem]:
    """Return every fault of `linking.yaml` and `names/`, with file and line; `languages` says what is wrong with words.

    The comparisons and their levels are those of the shipped settings: each has its condition in the program.
    """
    known = read_linking(Reader(shipped("schemas")))
    assert known is not None
    faults = [
        *_comparisons(settings, known, languages),
        *_scripts(settings),
        *_missing_names(reader),
    ]
    documents = reader.documents
    return [
        Problem(file, documents[file].line(*place) if file in documents else 1, fault) for file, place, fault in faults
    ]


def _asked_levels(known: LinkingSettings, name: str, levels: Iterable[str]) -> list[str]:
    """Return the levels that a comparison must have, in their order; a later one may be missing."""
    return [level for level in known.comparisons[name] if level in levels or (name, level) not in _LATER]


def _comparisons(
    settings: LinkingSettings, known: LinkingSettings, languages: Languages
) -> Iterator[tuple[str, tuple[str, ...], Fault]]:
    for name, levels in settings.comparisons.items():
        if name not in known.comparisons:
            yield FILE, ("comparisons", name), Fault("no_comparison", name=name)
        elif _asked_levels(known, name, levels) != list(levels):
            fault = Fault("levels_in_order", name=name, levels=", ".join(known.comparisons[name]))
            yield FILE, ("comparisons", name), fault
        for level, share in levels.items():
            for fault in languages(share.label, f"{name}.{level}"):
                yield FILE, ("comparisons", name, level, "label"), fault
    for name in known.comparisons:
        if name not in settings.comparisons and name not in _LATER_COMPARISONS:
            yield FILE, ("comparisons",), Fault("missing_comparison", name=name)


def table_column_problems(reader: Reader, survey: Survey) -> Iterator[Problem]:
    """Give a problem for each column of tables of persons that is to be read as a question which there is not, nor ever
    was: one that a survey leaves out may stay in tables of others."""
    known = read_linking(Reader(shipped("schemas")))
    assert known is not None
    for held, column in survey.linking.tables.columns.items():
        of_shipped = known.tables.columns.get(held)
        if column.field is None or (of_shipped is not None and column.field == of_shipped.field):
            continue
        if survey.field_once_named(column.field) is None:
            line = reader.documents[FILE].line("tables", "columns", held, "field")
            yield Problem(FILE, line, Fault("no_field", name=column.field))


def _scripts(settings: LinkingSettings) -> Iterator[tuple[str, tuple[str, ...], Fault]]:
    names = settings.names
    for name, table in names.scripts.items():
        if table.alphabet_of and table.alphabet_of not in names.scripts:
            yield f"{NAMES}/{name}.yaml", ("alphabet_of",), Fault("no_script", name=table.alphabet_of)
    if READ_AS not in names.scripts:
        for name in names.as_thai:
            yield f"{NAMES}/{name}.yaml", ("as_thai",), Fault("no_script", name=READ_AS)


def _missing_names(reader: Reader) -> Iterator[tuple[str, tuple[str, ...], Fault]]:
    """Without one of the shipped files the children of a language are hardly found again, and nothing else says so."""
    files = {f"{NAMES}/{path.name}" for path in (shipped("schemas") / NAMES).glob("*.yaml")}
    for file in sorted(files - set(reader.documents) - set(reader.faulty)):
        yield file, (), Fault("file_missing")
