"""What all sections of an area's report share."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from cpms_cli.summaries.area.area_figures import AreaFigures
from cpms_cli.survey.era import shown_year
from cpms_cli.survey.messages import say
from cpms_cli.survey.model.definition import Language, Survey
from cpms_cli.survey.speech.numbers import shown_count

NO_BREAK = "\u00a0"


@dataclass(frozen=True)
class AreaContext:
    """What the sections of an area's report are made of: the definition, the figures and the language."""

    survey: Survey
    figures: AreaFigures
    language: Language

    @property
    def year(self) -> str:
        """The round, as it is written."""
        return shown_year(self.figures.round, self.language)

    @property
    def previous(self) -> str:
        """The round before, as it is written; empty where there is none."""
        return shown_year(self.figures.previous, self.language) if self.figures.previous is not None else ""

    @property
    def confidence(self) -> str:
        """How sure the intervals are, in per cent."""
        return f"{self.survey.figures.confidence * 100:.0f}"

    @property
    def rest(self) -> str:
        """What the area's indicators are compared with, in words; empty where there is nothing."""
        wider = self.figures.wider
        if wider is None:
            return ""
        return self.say("report_rest", area=wider.name) if wider.code else self.say("report_rest_provinces")

    @property
    def rest_of_parts(self) -> str:
        """What each part of the area is compared with, in words."""
        return self.say("report_rest", area=self.figures.name)

    @property
    def withheld(self) -> dict[str, str]:
        """The words of a chart for counts that are withheld."""
        return {"not_published": self.say("not_published"), "withheld": self.say("report_withheld")}

    @property
    def before(self) -> dict[str, str]:
        """The column of the round before with its heading, where there is such a round."""
        return {"before": self.say("report_col_before", previous=self.previous)} if self.previous else {}

    def say(self, message_id: str, **values: object) -> str:
        """Return a sentence in the report's language."""
        return say(message_id, self.language, **values)


def count_words(value: object, language: Language) -> str:
    """Return a count as it is written, or that it is not published."""
    return say("not_published", language) if pd.isna(value) else shown_count(int(value), language)  # type: ignore[call-overload]
