"""Languages that translations add, got ready before anything is parsed: those of the definition that a run is about."""

from __future__ import annotations

from pathlib import Path

from cpms_cli.errors import CpmsError, KeyMissing, UsageError
from cpms_cli.survey.language import Language
from cpms_cli.survey.speech.language_choice import chosen_language
from cpms_cli.survey.speech.languages import forget_words_in_use, languages_like, spoken_languages, use_translations
from cpms_cli.survey.speech.translation_files import translations_in


def prepare_to_speak(asked: str | None, folder: Path | None, store: Path) -> None:
    """Let the languages be spoken of the definition in a folder, or of the one that a store follows.

    Raises DefinitionError where a translation in the folder cannot be read, and KeyMissing where only an encrypted
    store can know the language that is asked for. What else is wrong with the store is said when it is worked with.
    """
    forget_words_in_use()
    if folder is not None:
        use_translations(translations_in(folder))
    elif store.is_file():
        from cpms_cli.store.definitions.definition_in_use import definition_in_use

        try:
            definition_in_use(store)
        except KeyMissing:
            if asked is not None and asked not in spoken_languages():
                raise
        except CpmsError:
            return


def language_asked(asked: str | None) -> Language:
    """The language of this run; raises UsageError for one that nothing is said in."""
    if asked is not None and asked.lower() not in spoken_languages():
        known, near = ", ".join(spoken_languages()), ", ".join(languages_like(asked))
        message = "bad_language_near" if near else "bad_language"
        raise UsageError(message, lang=asked, known=known, near=near)
    return chosen_language(asked)
