"""Translations proved: every text is of something that there is, and fills in what the other languages fill in.

What a translation lacks is no problem: it is said in the fallback. `cpms schema check --lang` lists it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from cpms_cli.survey.files.definition_reader import Reader
from cpms_cli.survey.language import LANGUAGES
from cpms_cli.survey.model.definition import Survey, folded, folded_header
from cpms_cli.survey.model.translated_words import words_of
from cpms_cli.survey.problems import Fault, Problem
from cpms_cli.survey.speech.filled_sentences import places
from cpms_cli.survey.speech.translation import Place, Translation
from cpms_cli.survey.speech.translation_files import translation_file
from cpms_cli.survey.words import Words
from cpms_cli.survey.yaml_files.located_yaml import read_mapping, read_yaml
from cpms_cli.survey.yaml_files.location import shipped

_SENTENCES = "sentences"
_FREE = {"help", "areas"}  # known to the commands, and to the lists of areas
# In which files the texts of a kind stand; of fields and sentences there are several.
_FILES = {
    "codes": "codelists/{id}.csv",
    "indicators": "indicators.yaml",
    "levels": "risk.yaml",
    "circumstances": "risk.yaml",
    "checks": "checks.yaml",
    "groups": "summaries.yaml",
    "rights": "rights.yaml",
    "measures": "migration.yaml",
    "activities": "activities.yaml",
    "fairness": "fairness.yaml",
    "comparisons": "linking.yaml",
    "scripts": "names/{id}.yaml",
    "name_languages": "names/prefixes.yaml",
    "limits": "limits.yaml",
    "units": "limits.yaml",
}


@dataclass(frozen=True)
class Translatable:
    """A text that a translation may have: its place there, its words, and the file in which they stand."""

    place: Place
    words: Words
    file: str


def translation_problems(reader: Reader, survey: Survey) -> list[Problem]:
    """Every text of a translation that is of nothing there is, or cannot stand for what it is of."""
    return [problem for translation in survey.translations for problem in _problems(reader, survey, translation)]


def _problems(reader: Reader, survey: Survey, translation: Translation) -> Iterator[Problem]:
    file = translation_file(translation.language)
    if file not in reader.documents:
        yield Problem(file, 1, Fault("language_file", spoken=translation.language))
        return
    document = reader.documents[file]
    if translation.language in LANGUAGES:
        yield Problem(file, document.line("language"), Fault("language_beside", spoken=translation.language))
    beside = translation.traits.beside
    if beside and beside not in LANGUAGES:
        fault = Fault("form_languages", languages=", ".join(LANGUAGES))
        yield Problem(file, document.line("traits", "beside"), fault)
    known = dict(words_of(survey))
    # What a folder's own translation says in place of the tool may be of an earlier version: it is passed over.
    texts = {
        place: text for place, text in translation.texts.items() if place[0] != _SENTENCES or reader.stand_in is None
    }
    unknown = dict.fromkeys(_first_unknown(known, place) for place in texts if place not in known)
    for place in filter(None, unknown):
        fault = Fault("no_translated", place=".".join(place[:-1]), name=place[-1])
        yield Problem(file, document.line(*place), fault)
    yield from (
        Problem(file, document.line("areas", code), Fault("no_translated", place="areas", name=code))
        for code in translation.areas
        if code not in survey.areas
    )
    for place, text in texts.items():
        if place in known and places(text) != places(known[place].written()[LANGUAGES[0]]):
            yield Problem(file, document.line(*place), Fault("must_fill_same", name=_name(place)))
    for first, second in _alike(translation):
        fault = Fault("same_words", second=".".join(second), first=".".join(first))
        yield Problem(file, document.line(*second), fault)


def passed_over_sentences(survey: Survey) -> list[Problem]:
    """Return a note for each sentence of a translation that the tool does not say, or fills in otherwise, with file and
    line: its own is said in that place."""
    notes = []
    # Some sentences stand in other files of the definition (whom to call, what a village is called).
    sentences = {place[1]: words for place, words in words_of(survey) if place[0] == _SENTENCES}
    for translation in survey.translations:
        document = read_yaml(survey.folder, translation_file(translation.language))
        for name, text in translation.sentences.items():
            known = sentences.get(name)
            fillings = places(known.written()[LANGUAGES[0]]) if known else set()
            if known is None or places(text) != fillings:
                key = "never_said" if known is None else "must_fill" if fillings else "must_not_fill"
                fault = Fault(key, name=name, fillings=", ".join(sorted(fillings)))
                notes.append(Problem(document.file, document.line(_SENTENCES, name), Fault("passed_over", fault=fault)))
    return notes


def _name(place: Place) -> str:
    return place[1] if len(place) == 2 else ".".join(place[1:])


def _first_unknown(known: Mapping[Place, Words], place: Place) -> Place | None:
    """The beginning of a place that names nothing; None for what is known elsewhere."""
    if place[0] in _FREE:
        return None
    beginnings = {other[:length] for other in known for length in range(1, len(other) + 1)}
    return next(
        place[:length]
        for length in range(1, len(place) + 1)
        if place[:length] not in beginnings or length == len(place)
    )


def _alike(translation: Translation) -> Iterator[tuple[Place, Place]]:
    """Labels of two fields, or of two codes of one list, that are written alike: they head columns and fill cells."""
    labels = {
        ("fields", name, "label"): parts["label"] for name, parts in translation.fields.items() if "label" in parts
    }
    yield from _repeated({place: folded_header(text) for place, text in labels.items()})
    for name, codes in translation.codes.items():
        yield from _repeated({("codes", name, code): folded(text) for code, text in codes.items()})


def _repeated(texts: Mapping[Place, str]) -> Iterator[tuple[Place, Place]]:
    seen: dict[str, Place] = {}
    for place, text in texts.items():
        if seen.setdefault(text, place) != place:
            yield seen[text], place


def translatable(survey: Survey) -> Iterator[Translatable]:
    """Every text of a definition that a translation may have, with the file in which it stands."""
    tables = (survey.household, survey.child, survey.response)
    of_table = {table.name: table.name for table in tables}
    of_table |= {
        name: table.name for table in tables for name in (*table.topics, *(field.name for field in table.fields))
    }
    of_sentence = {
        name: f"messages/{path.name}"
        for path in sorted((shipped("schemas") / "messages").glob("*.yaml"))
        for name in read_mapping(shipped("schemas"), f"messages/{path.name}").content
    }
    for place, words in words_of(survey):
        kind, name = place[0], place[1]
        table = f"{of_table.get(name)}.yaml"
        known = of_sentence.get(name, "messages/") if kind == "sentences" else _FILES.get(kind, table)
        yield Translatable(place, words, known.format(id=name))
