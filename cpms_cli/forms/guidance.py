"""What a form says about each of its columns, in words: the question, its answers, who is asked, how to write it."""

from __future__ import annotations

from sqlglot import exp

from cpms_cli.survey.era import BUDDHIST_OFFSET, year_to_fill_in
from cpms_cli.survey.messages import say
from cpms_cli.survey.model.definition import Code, Field, Language, Survey
from cpms_cli.survey.rules.rule_language import parse
from cpms_cli.survey.rules.vocabulary import RANGES, RuleError
from cpms_cli.survey.speech.languages import traits_of
from cpms_cli.survey.spoken_words import joined_words

EXAMPLE_YEAR = 2026
_EXAMPLE = ("5/1/", "1/", "")


def other(language: Language) -> Language:
    """The language that stands beside this one on a form."""
    return traits_of(language).beside


def offered(survey: Survey, field: Field) -> tuple[Code, ...]:
    """What a cell of this field may say: the answers of its list, and what stands in place of one."""
    codes = survey.codes(field)
    if codes is None:
        return ()
    words = set(survey.missing_words) - set(codes.by_code)
    return (*codes.codes, *(code for code in survey.codelists["missing"].codes if code.code in words))


def asked_words(field: Field, language: Language) -> str:
    """Whom the question is put to, in words; blank where it is everybody."""
    if not field.asked:
        return ""
    try:
        rule = parse(field.asked)
    except RuleError:
        rule = None
    if rule is not None and isinstance(rule.this, exp.Column) and rule.this.name in RANGES:
        if isinstance(rule, exp.GTE):
            return say("template_asked_from", language, low=rule.expression.sql())
        if isinstance(rule, exp.LT):
            return say("template_asked_below", language, high=rule.expression.sql())
        if isinstance(rule, exp.Between):
            low, high = rule.args["low"].sql(), rule.args["high"].sql()
            return say("template_asked_between", language, low=low, high=high)
    return say("template_asked_where", language, rule=field.asked)


def writing_words(field: Field, language: Language, year: int) -> str:
    """How the answer is written, where that is not plain: dates, numbers, many answers; `year` makes the examples."""
    shown = year_to_fill_in(year, language)
    low, high = field.constraints.minimum, field.constraints.maximum
    if field.type == "year":
        return say("template_year", language, th=str(year + BUDDHIST_OFFSET), ce=str(year))
    if field.type == "date":
        return say("template_date", language, date=f"5/1/{shown}")
    if field.format == "partial-date":
        date, month, whole = (f"{start}{year_to_fill_in(year - 10, language)}" for start in _EXAMPLE)
        exact, part = (
            say("template_date", language, date=date),
            say("template_partial_date", language, month=month, year=whole),
        )
        return f"{exact} {part}"
    if low is not None and high is not None:
        return say("template_number" if field.type == "number" else "template_range", language, low=low, high=high)
    return say("template_many", language) if field.many else ""


def comment(survey: Survey, field: Field, language: Language, year: int) -> str:
    """The note on a column's header: in the user's language, then in the other one, then the answers in both."""
    second = other(language)
    parts = [f"{field.label.in_(language)} / {field.label.in_(second)}"]
    for spoken in (language, second):
        lines = [field.question.in_(spoken), asked_words(field, spoken), writing_words(field, spoken, year)]
        if field.constraints.required:
            lines.append(say("template_required", spoken))
        parts.append(" ".join(filter(None, lines)))
    parts += [f"• {code.label.in_(language)} / {code.label.in_(second)}" for code in offered(survey, field)]
    return "\n".join(parts)


def steps(survey: Survey, language: Language, flat: bool, known: bool) -> list[str]:
    """How to fill in the form, step by step."""
    missing = survey.codelists["missing"].by_code
    words = joined_words(", ", (missing[word].label.in_(language) for word in survey.missing_words))
    names = [
        "template_help_rows_flat" if flat else "template_help_rows_two",
        *(["template_help_known"] if known else []),
        "template_help_required",
        "template_help_dates",
        "template_help_comment",
        "template_help_headers",
        "template_help_private",
    ]
    return [say(name, language, words=words) for name in names]
