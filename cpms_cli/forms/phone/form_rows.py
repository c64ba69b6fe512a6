"""What the rows of an XLSForm are made with: words in all its languages, and what the list of known children says."""

from __future__ import annotations

from collections.abc import Iterator

from cpms_cli.forms.phone.form_languages import Tongue
from cpms_cli.survey.model.definition import Field, Survey, TableSchema

Row = dict[str, str]
KNOWN_CHILD, HOME = "known_child", "home"


class FormRows:
    """Rows in all languages of a form, and the list of the children who are known."""

    def __init__(self, survey: Survey, words: tuple[Tongue, ...], round_: int | None, known: str | None) -> None:
        self.survey, self.words, self.round, self.known = survey, words, round_, known

    def sentences(self, column: str, message_id: str, **values: object) -> Row:
        """A sentence in one column's every language."""
        return {f"{column}::{language.heading}": language.sentence(message_id, **values) for language in self.words}

    def table_label(self, table: TableSchema) -> Row:
        """A table's name in every language."""
        return {f"label::{language.heading}": language.table(table) for language in self.words}

    def topic_label(self, topic: str) -> Row:
        """A topic's name in every language."""
        return {f"label::{language.heading}": language.topic(topic) for language in self.words}

    def note(self, message_id: str, relevant: str) -> Row:
        """A sentence that is shown where this is true."""
        return {"type": "note", "name": message_id, **self.sentences("label", message_id), "relevant": relevant}

    @staticmethod
    def group(kind: str, name: str, label: Row, **further: str) -> Row:
        """The beginning of a group or repeat."""
        return {"type": kind, "name": name, **label, **further}

    def known_home(self) -> Iterator[Row]:
        """Under which key the list has the children of this home."""
        if self.known:
            yield calculated(HOME, home_key(self.survey, "${{{}}}"))

    def line(self) -> Row:
        """The child's line in the household: the repeat's own number, so this row must stand directly inside it."""
        return calculated(self.survey.role("line").name, "position(..)")

    def known_child(self, topic: str) -> Iterator[Row]:
        """The choice among the children that the list has of this home, in the topic that says who the child is."""
        if self.known and topic == self.survey.role("person").topic:
            yield {
                "type": f"select_one_from_file {self.known}.csv",
                "name": KNOWN_CHILD,
                **self.sentences("label", "xlsform_child_before"),
                **self.sentences("hint", "xlsform_child_before_hint"),
                "choice_filter": f"{HOME} = ${{{HOME}}}",
                "relevant": f"{self._of_home('name')} != ''",
            }

    def before(self, field: Field) -> str:
        """What the list of known children says in this field."""
        if self.is_of_child(field):
            return f"pulldata('{self.known}', '{field.name}', 'name', ${{{KNOWN_CHILD}}})"
        return self._of_home(field.name)

    def _of_home(self, column: str) -> str:
        return f"pulldata('{self.known}', '{column}', '{HOME}', {home_key(self.survey, '${{{}}}')})"

    def chosen_by(self, field: Field) -> str:
        """The answer that decides which row of the list this field's value comes from."""
        return KNOWN_CHILD if self.is_of_child(field) else self.survey.role("household").name

    def is_of_child(self, field: Field) -> bool:
        """Whether a field is asked about a child, not about its home."""
        return field.name in {asked.name for asked in self.survey.child.fields}


def calculated(name: str, calculation: str) -> Row:
    """A value that the form works out by itself."""
    return {"type": "calculate", "name": name, "calculation": calculation}


def home_key(survey: Survey, part: str) -> str:
    """XPath for a home within one round: its village and number; `part` says how each is written."""
    parts = [name for name in survey.key("household") if name != survey.role("round").name]
    return "concat(" + ", '/', ".join(part.format(name) for name in parts) + ")"
