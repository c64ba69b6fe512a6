"""How names are compared, by the settings of the shipped definition."""

from __future__ import annotations

from functools import partial

from cpms_cli.linking.names import name_forms as forms
from cpms_cli.linking.names import name_language as languages
from cpms_cli.linking.names import phones, sounds, zawgyi
from cpms_cli.survey.opening.loading import load_survey

_SHIPPED = load_survey().linking

folded_name = partial(forms.folded_name, settings=_SHIPPED)
sound_key = partial(forms.sound_key, settings=_SHIPPED)
bare_name = partial(forms.bare_name, settings=_SHIPPED)
name_forms = partial(forms.name_forms, settings=_SHIPPED)
spoken = partial(sounds.spoken, settings=_SHIPPED)
spoken_code = partial(phones.spoken_code, settings=_SHIPPED)
in_unicode = partial(zawgyi.in_unicode, settings=_SHIPPED)
name_language = partial(languages.name_language, settings=_SHIPPED)
name_script = partial(languages.name_script, settings=_SHIPPED)
