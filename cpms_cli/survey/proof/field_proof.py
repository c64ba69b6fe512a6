"""The fields, code lists and titles of the definition, proved."""

from __future__ import annotations

from cpms_cli.survey.files.located_yaml import Problem
from cpms_cli.survey.files.schema_files import TITLES
from cpms_cli.survey.model.definition import (
    CodeList,
    Field,
    folded,
    folded_header,
)
from cpms_cli.survey.proof.proof_notes import Proof, languages, rule_problems
from cpms_cli.survey.rules.typed_answers import vocabulary

_NEEDED_ROLES = (
    "round",
    "village",
    "household",
    "line",
    "visited",
    "consent",
    "person",
    "home",
    "national_id",
    "given_name",
    "family_name",
    "sex",
    "born",
    "age",
)


def prove_fields(proof: Proof) -> None:
    """Note what is wrong with the fields of all tables, and with the parts that they play."""
    headers: dict[str, str] = {}
    for table in (proof.survey.household, proof.survey.child, proof.survey.response):
        file = f"{table.name}.yaml"
        if table.name == "response":
            headers = {}
        proof.note(file, ("label",), languages(table.label, table.name))
        names: set[str] = set()
        for index, field in enumerate(table.fields):
            place = ("fields", index)
            if field.name in names:
                proof.note(file, place, [f"field '{field.name}' stands twice"])
            names.add(field.name)
            if field.name in table.primaryKey and not field.constraints.required:
                proof.note(file, (*place, "constraints"), [f"'{field.name}' is part of the key and must be required"])
            _field(proof, file, place, field, headers)
        known = {*names, *table.shared}
        for name in table.primaryKey:
            if name not in known:
                proof.note(file, ("primaryKey",), [f"there is no field '{name}'"])
        for name in table.shared:
            if name not in {field.name for field in proof.survey.household.fields}:
                proof.note(file, ("shared",), [f"the household table has no field '{name}'"])
    _roles(proof)


def _field(proof: Proof, file: str, place: tuple[str | int, ...], field: Field, headers: dict[str, str]) -> None:
    proof.note(file, (*place, "label"), languages(field.label, field.name))
    proof.note(file, (*place, "question"), languages(field.question, field.name))
    _answers(proof, file, place, field)
    own = {folded_header(spelling) for spelling in field.headers}
    for label in (field.label.en, field.label.th):
        if folded_header(label) not in own:
            proof.note(file, (*place, "label"), [f"the label '{label}' is not among the field's headers"])
    for spelling in (field.name, *field.formerly, *field.headers):
        other = headers.setdefault(folded_header(spelling), field.name)
        if other != field.name:
            proof.note(file, (*place, "headers"), [f"'{spelling}' is also a header of '{other}'"])
    if file != "response.yaml":
        words = vocabulary(proof.survey, indicators=False)
        proof.note(file, (*place, "asked"), rule_problems(field.asked or None, words))


def _answers(proof: Proof, file: str, place: tuple[str | int, ...], field: Field) -> None:
    if field.codelist is not None and field.codelist not in proof.survey.codelists:
        proof.note(file, (*place, "codelist"), [f"there is no code list '{field.codelist}'"])
    known = proof.survey.codelists[field.codelist].by_code if field.codelist in proof.survey.codelists else {}
    strange = [f"'{code}' is not a code of the field" for code in field.withholds if code not in known]
    proof.note(file, (*place, "withholds"), strange)
    if field.role == "consent" and not field.withholds:
        proof.note(file, (*place, "role"), ["consent must name the answers that withhold it (withholds)"])
    if field.many and field.codelist is None:
        proof.note(file, (*place, "many"), ["only a field with a code list can have many answers"])
    elif field.many and field.codelist in proof.survey.codelists:
        alone = [code for code in proof.survey.codelists[field.codelist].codes if code.missing == "exclusive"]
        if len(alone) != 1:
            file_of_codes = f"codelists/{field.codelist}.csv"
            proof.problems.append(Problem(file_of_codes, 1, "one code must be exclusive: the one that means none"))
    low, high = field.constraints.minimum, field.constraints.maximum
    if low is not None and high is not None and low > high:
        proof.note(file, (*place, "constraints"), [f"the minimum {low} is above the maximum {high}"])


def _roles(proof: Proof) -> None:
    seen: dict[str, str] = {}
    for table in (proof.survey.household, proof.survey.child):
        for index, field in enumerate(table.fields):
            if field.role and seen.setdefault(field.role, field.name) != field.name:
                proof.note(
                    f"{table.name}.yaml",
                    ("fields", index, "role"),
                    [f"the role '{field.role}' is taken by '{seen[field.role]}'"],
                )
    for role in _NEEDED_ROLES:
        if role not in seen:
            proof.note("child.yaml", ("fields",), [f"no field has the role '{role}'"])


def prove_codelists(proof: Proof) -> None:
    """Note what is wrong with the code lists: a list that no field uses, codes and spellings that stand twice."""
    used = {
        field.codelist
        for table in (proof.survey.household, proof.survey.child, proof.survey.response)
        for field in table.fields
    }
    for name, codes in proof.survey.codelists.items():
        if name not in used and name != "missing":
            proof.problems.append(Problem(f"codelists/{name}.csv", 1, "no field uses this code list"))
        _codes(proof, name, codes)


def prove_titles(proof: Proof) -> None:
    """Note every title before a name whose sex is no code of the field of sex."""
    known = proof.survey.codes(proof.survey.role("sex"))
    for title in proof.survey.titles:
        if known is None or title.sex not in known.by_code:
            line = proof.reader.title_lines[title.title]
            proof.problems.append(Problem(TITLES, line, f"'{title.sex}' is not a code of the field of sex"))


def _codes(proof: Proof, name: str, codes: CodeList) -> None:
    file = f"codelists/{name}.csv"
    taken: dict[str, str] = {}
    seen: set[str] = set()
    for entry in codes.codes:
        line = proof.reader.code_lines[(name, entry.code)]
        problems = list(languages(entry.label, entry.code))
        if name == "missing" and entry.missing != entry.code:
            problems.append(f"'{entry.code}' is no answer: its kind must be '{entry.code}', not '{entry.missing}'")
        elif entry.code in proof.survey.missing_words and entry.missing != entry.code:
            problems.append(f"'{entry.code}' is no answer in missing.csv, and here its kind is '{entry.missing}'")
        if entry.code in seen:
            problems.append(f"the code '{entry.code}' stands twice")
        seen.add(entry.code)
        own = {folded(spelling) for spelling in entry.spellings}
        problems += [
            f"the label '{label}' is not among the spellings of '{entry.code}'"
            for label in (entry.label.en, entry.label.th)
            if folded(label) not in own
        ]
        for spelling in (entry.code, *entry.formerly, *entry.spellings, *entry.cased):
            other = taken.setdefault(folded(spelling), entry.code)
            if other != entry.code:
                problems.append(f"'{spelling}' is also a spelling of '{other}'")
        proof.problems += [Problem(file, line, message) for message in problems]
