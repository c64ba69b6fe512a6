"""How much of the definition and of the help a translation has, and what it lacks, as a table for a translator."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd
from rich.console import Console

from cpms_cli.reports.terminal import Layout, show_table
from cpms_cli.survey.language import LANGUAGES
from cpms_cli.survey.messages import say
from cpms_cli.survey.model.definition import Language, Survey
from cpms_cli.survey.problems import Fault, Problem
from cpms_cli.survey.proof.words.translation_proof import translatable
from cpms_cli.survey.speech.languages import traits_of
from cpms_cli.survey.speech.translation import KINDS, Translation
from cpms_cli.survey.speech.translation_files import translation_file
from cpms_cli.survey.yaml_files.located_yaml import read_mapping

_HELP = "help"


@dataclass(frozen=True)
class TranslationState:
    """A translation beside all that it could have.

    `texts`: a row for each text, with the columns `kind`, `id` (as the file has it, its steps joined by dots), a column
    for each of the programme's languages, one for the translation's own, and `file`, where the words stand.
    `problems`: texts of help that no command says.
    """

    language: Language
    name: str
    texts: pd.DataFrame
    problems: tuple[Problem, ...] = ()

    @property
    def missing(self) -> pd.DataFrame:
        """The texts that are not translated: a table to be filled in."""
        return self.texts[self.texts[self.language] == ""].reset_index(drop=True)

    def counts(self) -> pd.DataFrame:
        """How many texts of each kind and file are translated (`there`), and how many are not (`missing`)."""
        translated = self.texts[self.language] != ""
        counted = self.texts.assign(there=translated.astype("int64"), missing=(~translated).astype("int64"))
        counts = counted.groupby(["kind", "file"], sort=False)[["there", "missing"]].sum().reset_index()
        return counts.sort_values("kind", key=lambda kinds: kinds.map(KINDS.index), kind="stable", ignore_index=True)

    def about(self) -> dict[str, Any]:
        """The same for JSON."""
        counts = [
            {
                "kind": str(row["kind"]),
                "file": str(row["file"]),
                "there": int(row["there"]),
                "missing": int(row["missing"]),
            }
            for row in self.counts().to_dict("records")
        ]
        return {"translation": {"language": self.language, "texts": counts, "missing": self.missing["id"].tolist()}}


def translation_state(
    survey: Survey, translation: Translation, help_texts: Mapping[str, Mapping[Language, str]]
) -> TranslationState:
    """Return how far a translation is; `help_texts` has every text of help, in each of the programme's languages."""
    own = translation.language
    rows = [
        {
            "kind": text.place[0],
            "id": ".".join(text.place),
            **text.words.written(),
            own: translation.texts.get(text.place, ""),
            "file": text.file,
        }
        for text in translatable(survey)
    ]
    rows += [
        {
            "kind": _HELP,
            "id": f"{_HELP}.{text}",
            **words,
            own: translation.help.get(text, ""),
            "file": f"cpms --{_HELP}",
        }
        for text, words in help_texts.items()
    ]
    columns = ["kind", "id", *LANGUAGES, own, "file"]
    file = translation_file(own)
    unsaid = [text for text in translation.help if text not in help_texts]
    document = read_mapping(survey.folder, file) if unsaid else None
    problems = [
        Problem(file, document.line(_HELP, text), Fault("no_translated", place=_HELP, name=text))
        for text in unsaid
        if document is not None
    ]
    return TranslationState(own, translation.name, pd.DataFrame(rows, columns=columns, dtype="str"), tuple(problems))


def show_translation_state(console: Console, state: TranslationState, language: Language) -> None:
    """Print how many texts of each kind are translated, and that the others are said in the fallback."""
    counts, file = state.counts(), translation_file(state.language)
    headings = {
        "kind": say("col_kind_of_text", language),
        "file": say("col_stands_in", language),
        "there": say("col_texts_there", language),
        "missing": say("col_texts_missing", language),
    }
    show_table(console, counts, headings, Layout(right=("there", "missing")))
    missing = int(counts["missing"].sum())
    console.print(
        say(
            "translation_state",
            language,
            file=file,
            name=traits_of(state.language).english,
            there=len(state.texts) - missing,
            count=len(state.texts),
            missing=missing,
        )
    )
    if missing:
        console.print(say("translation_hint", language, file=file))
