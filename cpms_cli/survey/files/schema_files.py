"""The files of `schemas/` as a Survey, or file and line of what cannot be read."""

from __future__ import annotations

from typing import Any

from cpms_cli.survey.files.definition_reader import Reader
from cpms_cli.survey.files.definition_tables import read_area_changes, read_areas, read_codelist, read_titles
from cpms_cli.survey.files.identity import digest
from cpms_cli.survey.files.shipped_words import shipped_help_line
from cpms_cli.survey.model.checks import HistoryCheck, Numbering, ResponseCheck
from cpms_cli.survey.model.definition import (
    Check,
    Circumstance,
    ColumnCheck,
    Indicator,
    Level,
    Pattern,
    Survey,
    TableSchema,
    Translation,
    Words,
)
from cpms_cli.survey.model.settings.deidentification import FILE as DEIDENTIFICATION
from cpms_cli.survey.model.settings.deidentification import Deidentification
from cpms_cli.survey.model.settings.fairness import FILE as FAIRNESS
from cpms_cli.survey.model.settings.fairness import Fairness
from cpms_cli.survey.model.settings.linking_settings import FILE as LINKING
from cpms_cli.survey.model.settings.linking_settings import NAMES, LinkingSettings
from cpms_cli.survey.model.settings.name_tables import LettersAsThai, NameTables, Prefixes, ScriptTable
from cpms_cli.survey.model.settings.privacy import FILE as PRIVACY
from cpms_cli.survey.model.settings.privacy import PrivacyRules
from cpms_cli.survey.model.summary_model import Activity, Figures, Measure, Right
from cpms_cli.survey.model.translated_words import with_translations
from cpms_cli.survey.problems import Fault, Problem
from cpms_cli.survey.speech.translation_files import FOLDER, in_own_digits
from cpms_cli.survey.yaml_files.limits import FILE as LIMITS


def read_messages(reader: Reader) -> dict[str, Words]:
    """The sentences of both languages by name: what the tool says, also beside a definition of one's own."""
    messages: dict[str, Words] = {}
    for path in sorted((reader.home_of("messages/") / "messages").glob("*.yaml")):
        file = f"messages/{path.name}"
        for name, content in reader.document(file).items():
            words = reader.part(Words, file, content, name)
            if name in messages:
                line = reader.documents[file].line(name)
                reader.problems.append(Problem(file, line, Fault("twice", name=name)))
            elif words:
                messages[name] = words
    return messages


def _translations(reader: Reader) -> tuple[Translation, ...]:
    parts = []
    for path in sorted((reader.folder / FOLDER).glob("*.yaml")):
        file = f"{FOLDER}/{path.name}"
        content = reader.document(file)
        if file in reader.documents:
            content = in_own_digits(reader.documents[file], reader.limits)
        parts.append(reader.part(Translation, file, content))
    return tuple(part for part in parts if part is not None)


def _further(reader: Reader) -> dict[str, Any] | None:
    """What summaries, plans and exports need; None where a file of one object cannot be read."""
    migration = reader.document("migration.yaml")
    whole: dict[str, Any] = {
        "figures": reader.whole(Figures, "summaries.yaml"),
        "privacy": reader.whole(PrivacyRules, PRIVACY),
        "deidentification": reader.whole(Deidentification, DEIDENTIFICATION),
        "linking": read_linking(reader),
    }
    # A definition that an earlier version of the tool kept with its scores may have neither of these two.
    if (reader.folder / LIMITS).exists():
        whole["limits"] = reader.limits_file()
    if (reader.folder / FAIRNESS).exists():
        whole["fairness"] = reader.whole(Fairness, FAIRNESS)
    lists: dict[str, Any] = {
        "rights": reader.parts(Right, "rights.yaml", "rights", reader.document("rights.yaml")),
        "measures": reader.parts(Measure, "migration.yaml", "measures", migration),
        "activities": reader.parts(Activity, "activities.yaml", "activities", reader.document("activities.yaml")),
    }
    origin = migration.get("origin")
    lists["origin"] = False if origin is False else str(origin or "")
    return None if None in whole.values() else {**whole, **lists}


def read_linking(reader: Reader) -> LinkingSettings | None:
    """How a child is recognised again, by `linking.yaml` and `names/`; None where the first cannot be read."""
    settings = reader.whole(LinkingSettings, LINKING)
    return settings.model_copy(update={"names": _name_tables(reader)}) if settings else None


def _name_tables(reader: Reader) -> NameTables:
    """The files of `names/`: the words of respect, scripts that are read as Thai, and the other scripts."""
    parts: dict[str, ScriptTable | LettersAsThai | Prefixes] = {}
    for path in sorted((reader.folder / NAMES).glob("*.yaml")):
        file = f"{NAMES}/{path.name}"
        content = reader.document(file)
        kind: type[ScriptTable | LettersAsThai | Prefixes] = ScriptTable
        kind = Prefixes if "languages" in content else LettersAsThai if "as_thai" in content else kind
        part = reader.part(kind, file, content)
        if part is not None:
            parts[path.stem] = part
    respect = [part for part in parts.values() if isinstance(part, Prefixes)]
    return NameTables(
        scripts={name: part for name, part in parts.items() if isinstance(part, ScriptTable)},
        as_thai={name: part for name, part in parts.items() if isinstance(part, LettersAsThai)},
        prefixes=Prefixes(
            shared_scripts=frozenset(script for part in respect for script in part.shared_scripts),
            family_begins=frozenset(word for part in respect for word in part.family_begins),
            languages={language: words for part in respect for language, words in part.languages.items()},
        ),
    )


def _in_its_rounds(indicator: Indicator, household: TableSchema | None) -> Indicator:
    """The indicator, applying to nobody in rounds that lie outside its span."""
    years = [f">= {indicator.since}"] if indicator.since else []
    years += [f"<= {indicator.until}"] if indicator.until else []
    years += [f"NOT IN ({', '.join(map(str, indicator.skipped))})"] if indicator.skipped else []
    names = [field.name for field in (household.fields if household else ()) if field.role == "round"]
    conditions = [f"({indicator.applies})"] if indicator.applies and years else []
    conditions += [f"{name} {year}" for name in names for year in years]
    return indicator.model_copy(update={"applies": " AND ".join(conditions)}) if years else indicator


def read_survey(reader: Reader) -> Survey | None:
    """The Survey in the reader's folder, without what cannot be read of it (`reader.problems` tells); None where a file
    cannot be read that a survey cannot be without, and nothing stands in for it."""
    tables = {name: reader.table(name) for name in ("household", "child", "response")}
    statements = reader.document("indicators.yaml")
    indicators = reader.parts(Indicator, "indicators.yaml", "indicators", statements)
    numbered = statements.get("numbering")
    numbering = None if numbered is None else reader.part(Numbering, "indicators.yaml", numbered, "numbering")
    risk = reader.document("risk.yaml")
    levels = reader.parts(Level, "risk.yaml", "levels", risk)
    # A definition that an earlier version of the tool kept with its scores says nothing of help.
    circumstances = reader.parts(Circumstance, "risk.yaml", "circumstances", risk) if "circumstances" in risk else ()
    in_danger = reader.part(Words, "risk.yaml", risk["in_danger"], "in_danger") if "in_danger" in risk else None
    rules = reader.document("checks.yaml")
    checks = reader.parts(Check, "checks.yaml", "rules", rules)
    history = reader.parts(HistoryCheck, "checks.yaml", "history", rules)
    responses = reader.parts(ResponseCheck, "checks.yaml", "responses", rules)
    patterns = reader.parts(Pattern, "checks.yaml", "patterns", rules)
    column_checks = reader.parts(ColumnCheck, "checks.yaml", "columns", rules)
    lists = {
        path.stem: read_codelist(reader, f"codelists/{path.name}", path.stem)
        for path in sorted((reader.folder / "codelists").glob("*.csv"))
    }
    titles, areas, messages = read_titles(reader), read_areas(reader), read_messages(reader)
    translations = _translations(reader)
    further = _further(reader)
    if further is None or not all(tables.values()):
        return None
    survey = Survey(
        **tables,  # type: ignore[arg-type]
        folder=reader.folder,
        codelists=lists,
        indicators=tuple(_in_its_rounds(indicator, tables["household"]) for indicator in indicators),
        numbering=numbering,
        levels=levels,
        circumstances=circumstances,
        in_danger=in_danger if "in_danger" in risk else shipped_help_line(areas),
        checks=checks,
        history=history,
        responses=responses,
        patterns=patterns,
        column_checks={check.id: check for check in column_checks},
        titles=titles,
        areas=areas,
        area_changes=read_area_changes(reader),
        messages=messages,
        digest=digest(reader.folder),
        **further,
    )
    return with_translations(survey, translations)
