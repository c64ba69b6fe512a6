"""Of which language a name is, as far as its letters or the word of respect before it show."""

from __future__ import annotations

from cpms_cli.linking.names.name_forms import folded_name, language_of_respect
from cpms_cli.linking.names.phones import script_name
from cpms_cli.survey.model.definition import Language
from cpms_cli.survey.model.settings.linking_settings import LinkingSettings

_NO_SCRIPT = "other"


def name_script(text: str, settings: LinkingSettings) -> str | None:
    """The script of a name; None where there is no name, or in letters that are not known."""
    script = script_name(folded_name(text, settings), settings)
    return None if script == _NO_SCRIPT else script


def name_language(text: str, settings: LinkingSettings) -> str | None:
    """The language of a name; None where neither the letters nor a word of respect of one language alone shows it.

    >>> from cpms_cli.survey.opening.loading import load_survey
    >>> of = load_survey().linking
    >>> name_language("Saw Eh Htoo", of), name_language("ด.ช.หม่องเอ", of), name_language("ສົມພອນ", of)
    ('karen', 'burmese', 'lao')
    >>> name_language("Eh Htoo", of), name_language("Nang Kham", of)  # Nang is said of Shan and of Lao women
    (None, None)
    """
    script = name_script(text, settings)
    if script is not None and script not in settings.names.prefixes.shared_scripts:
        return script
    return language_of_respect(text, settings)


def script_label(name: str, settings: LinkingSettings, language: Language) -> str:
    """What a script is called."""
    table = settings.names.scripts.get(name) or settings.names.as_thai.get(name)
    return table.label.in_(language) if table and table.label else name


def language_label(name: str, settings: LinkingSettings, language: Language) -> str:
    """What the language of a name is called; where only its script tells it, as that script."""
    respect = settings.names.prefixes.languages.get(name)
    return respect.label.in_(language) if respect and respect.label else script_label(name, settings, language)
