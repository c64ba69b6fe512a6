"""What all sections of a plan say with: its counts, shares and sentences in one language."""

from __future__ import annotations

import pandas as pd

from cpms_cli.reports.documents.document_cells import NOT_COMPUTED
from cpms_cli.summaries.area.plans import AreaPlan
from cpms_cli.survey.era import shown_year
from cpms_cli.survey.messages import say
from cpms_cli.survey.model.definition import Language, Survey
from cpms_cli.survey.speech.numbers import shown_count, shown_share


class PlanWords:
    """One plan in one language; `handed` where it is made for others than its committee."""

    def __init__(self, survey: Survey, plan: AreaPlan, language: Language, handed: bool) -> None:
        self.handed, self.survey, self.plan, self.language = handed, survey, plan, language
        self.labels = {level.id: level.label.in_(language) for level in survey.levels}
        self.clear = survey.level("clear").id
        withheld = say("not_published", language)
        self.withheld = {"withheld": withheld, "not_published": withheld}

    @property
    def year(self) -> str:
        """The round, as it is written."""
        return shown_year(self.plan.round, self.language)

    def say(self, message: str, **values: object) -> str:
        """Return a sentence of plans in the plan's language."""
        return say(f"plan_{message}", self.language, **values)

    def count(self, count: int | None) -> str:
        """Return a count in words; one that is withheld says so."""
        return (
            say("not_published", self.language)
            if count is None or pd.isna(count)
            else shown_count(int(count), self.language)
        )

    def share(self, share: float) -> str:
        """Return a share in percent, or a sign where there is none."""
        return NOT_COMPUTED if pd.isna(share) else shown_share(share, self.language)
