"""The questions, code lists and titles of a definition, proved."""

from __future__ import annotations

import re

from cpms_cli.survey.files.definition_tables import TITLES
from cpms_cli.survey.model.definition import (
    CodeList,
    Field,
    TableSchema,
    folded_header,
    folded_once,
)
from cpms_cli.survey.model.fields import roles_of
from cpms_cli.survey.problems import Fault, Problem
from cpms_cli.survey.proof.proof import Proof, language_faults, rule_faults_of
from cpms_cli.survey.rules.typed_answers import vocabulary

_HOME_ROLES = ("round", "village", "household")
NEEDED_ROLES = (
    "round",
    "village",
    "household",
    "line",
    "visited",
    "consent",
    "person",
    "home",
    "given_name",
    "sex",
    "born",
    "age",
)


class QuestionProof(Proof):
    """Gathers the problems of questions, answers and titles."""

    def fields(self) -> None:
        """Note what is wrong with the questions of every table."""
        headers: dict[str, str] = {}
        for table in (self.survey.household, self.survey.child, self.survey.response):
            file = f"{table.name}.yaml"
            if table.name == "response":
                headers = {}
            self.note(file, ("label",), language_faults(table.label, table.name))
            names: set[str] = set()
            for index, field in enumerate(table.fields):
                place = ("fields", index)
                if field.name in names:
                    self.note(file, place, [Fault("field_twice", name=field.name)])
                names.add(field.name)
                if field.name in table.primaryKey and not field.constraints.required:
                    self.note(file, (*place, "constraints"), [Fault("key_required", name=field.name)])
                self._field(file, place, field, headers)
            self._key(table)
            known = {*names, *table.shared}
            for name in table.primaryKey:
                if name not in known:
                    self.note(file, ("primaryKey",), [Fault("no_field", name=name)])
            for name in table.shared:
                if name not in {field.name for field in self.survey.household.fields}:
                    self.note(file, ("shared",), [Fault("no_household_field", name=name)])
        self._roles()

    def _key(self, table: TableSchema) -> None:
        """A row of people is known by its round and place: the store links and replaces rows by them."""
        roles = [*_HOME_ROLES, *(("line",) if table.name == "child" else ())]
        fields = roles_of((self.survey.household, self.survey.child))
        wanted = [fields[role].name for role in roles if role in fields]
        if table.name != "response" and len(wanted) == len(roles) and list(table.primaryKey) != wanted:
            self.note(f"{table.name}.yaml", ("primaryKey",), [Fault("key_fields", names=", ".join(wanted))])

    def _field(self, file: str, place: tuple[str | int, ...], field: Field, headers: dict[str, str]) -> None:
        self.note(file, (*place, "label"), language_faults(field.label, field.name))
        self.note(file, (*place, "question"), language_faults(field.question, field.name))
        self._answers(file, place, field)
        own = {folded_header(spelling) for spelling in field.headers}
        for label in field.label.written().values():
            if folded_header(label) not in own:
                self.note(file, (*place, "label"), [Fault("label_header", label=label)])
        # A former name of another question is told where it stands.
        former = [name for name in field.formerly if name not in self.survey.fields]
        if not all(map(folded_header, field.headers)):
            self.note(file, (*place, "headers"), [Fault("header_blank")])
        for spelling in (field.name, *former, *field.headers):
            other = headers.setdefault(folded_header(spelling), field.name)
            if other != field.name:
                self.note(file, (*place, "headers"), [Fault("header_taken", spelling=spelling, other=other)])
        if file != "response.yaml":
            words = vocabulary(self.survey, indicators=False)
            self.note(file, (*place, "asked"), rule_faults_of(field.asked or None, words))

    def _answers(self, file: str, place: tuple[str | int, ...], field: Field) -> None:
        if field.codelist is not None and field.codelist not in self.survey.codelists:
            self.note(file, (*place, "codelist"), [Fault("no_list", name=field.codelist)])
        known = self.survey.codelists[field.codelist].by_code if field.codelist in self.survey.codelists else {}
        strange = [Fault("not_code_field", code=code) for code in field.withholds if code not in known]
        self.note(file, (*place, "withholds"), strange)
        if field.role == "consent" and not field.withholds:
            self.note(file, (*place, "role"), [Fault("consent")])
        if field.codelist is not None and field.type != "string":
            self.note(file, (*place, "type"), [Fault("codelist_type")])
        if field.many and field.codelist is None:
            self.note(file, (*place, "many"), [Fault("many")])
        elif field.many and field.codelist in self.survey.codelists:
            alone = [code for code in self.survey.codelists[field.codelist].codes if code.missing == "exclusive"]
            if len(alone) != 1:
                file_of_codes = f"codelists/{field.codelist}.csv"
                self.problems.append(Problem(file_of_codes, 1, Fault("exclusive")))
        low, high = field.constraints.minimum, field.constraints.maximum
        if low is not None and high is not None and low > high:
            self.note(file, (*place, "constraints"), [Fault("minimum", low=str(low), high=str(high))])

    def _roles(self) -> None:
        seen: dict[str, str] = {}
        for table in (self.survey.household, self.survey.child):
            for index, field in enumerate(table.fields):
                if field.role and seen.setdefault(field.role, field.name) != field.name:
                    fault = Fault("role_taken", role=field.role, other=seen[field.role])
                    self.note(f"{table.name}.yaml", ("fields", index, "role"), [fault])
        for role in NEEDED_ROLES:
            if role not in seen:
                self.note("child.yaml", ("fields",), [Fault("role_none", role=role)])

    def codelists(self) -> None:
        """Note what is wrong with the code lists."""
        used = {
            field.codelist
            for table in (self.survey.household, self.survey.child, self.survey.response)
            for field in table.fields
        }
        for name, codes in self.survey.codelists.items():
            if name not in used and name != "missing":
                self.problems.append(Problem(f"codelists/{name}.csv", 1, Fault("list_unused")))
            self._codes(name, codes)

    def code_forms(self) -> None:
        """Note codes with what divides answers or choices elsewhere: a space in an XLSForm, a semicolon in a cell."""
        for name, codes in self.survey.codelists.items():
            for entry in codes.codes:
                if re.search(r"[\s,;|]", entry.code):
                    line = self.reader.code_lines[(name, entry.code)]
                    self.problems.append(Problem(f"codelists/{name}.csv", line, Fault("code_form", code=entry.code)))

    def titles(self) -> None:
        """Note what is wrong with the titles before names."""
        known = self.survey.codes(self.survey.role("sex"))
        for title in self.survey.titles:
            if known is None or title.sex not in known.by_code:
                line = self.reader.title_lines[title.title]
                self.problems.append(Problem(TITLES, line, Fault("sex_code", code=title.sex)))

    def _codes(self, name: str, codes: CodeList) -> None:
        file = f"codelists/{name}.csv"
        taken: dict[str, str] = {}
        seen: set[str] = set()
        for entry in codes.codes:
            line = self.reader.code_lines[(name, entry.code)]
            faults = list(language_faults(entry.label, entry.code))
            if name == "missing" and entry.missing != entry.code:
                faults.append(Fault("kind_must", code=entry.code, kind=entry.code, given=entry.missing))
            elif entry.code in self.survey.missing_words and entry.missing != entry.code:
                faults.append(Fault("kind_here", code=entry.code, given=entry.missing))
            if entry.code in seen:
                faults.append(Fault("code_twice", name=entry.code))
            seen.add(entry.code)
            own = {folded_once(spelling) for spelling in entry.spellings}
            if "" in own:
                faults.append(Fault("spelling_blank", code=entry.code))
            faults += [
                Fault("label_spelling", label=label, code=entry.code)
                for label in entry.label.written().values()
                if folded_once(label) not in own
            ]
            for spelling in (entry.code, *entry.formerly, *entry.spellings, *entry.cased):
                other = taken.setdefault(folded_once(spelling), entry.code)
                if other != entry.code:
                    faults.append(Fault("spelling_taken", spelling=spelling, other=other))
            self.problems += [Problem(file, line, fault) for fault in faults]
