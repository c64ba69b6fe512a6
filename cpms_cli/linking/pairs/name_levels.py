"""The names of two rows compared: the SQL conditions of the levels of `given`, and of a name that is a brother's.

Sides are `_l` and `_r`; the columns are the forms of `names.name_forms`. `comparison_levels` says which level each is.
"""

from __future__ import annotations

from cpms_cli.linking.names.phones import LOOSE

# A name of one syllable is too short to stand for a longer one.
_LEAST_SHORT = 7
# So many letters the code of a name has that is of two syllables, or of three.
_OF_TWO, _OF_THREE = 8, 11


def _within(code_l: str, code_r: str, least: float) -> str:
    """SQL for two codes of which at least this share is the same."""
    return f"levenshtein({code_l}, {code_r}) <= {round(1 - least, 2)} * greatest(length({code_l}), length({code_r}))"


def similar(name: str, least: float) -> str:
    """SQL for a name that is said nearly alike, with or without the words of respect before it.

    Not with them on both sides: that two boys are both Saw brings their names no nearer.
    """
    pairs = (("bare_said", "bare_said"), ("said", "bare_said"), ("bare_said", "said"))
    near = " OR ".join(_within(f"{name}_{of_l}_l", f"{name}_{of_r}_r", least) for of_l, of_r in pairs)
    return f"({near})"


def shortened(name: str) -> str:
    """SQL for a name of which one side leaves out the last part, as a mother's with and without her family name."""
    ways = " OR ".join(
        f"""(
            least(length({whole}), length({part})) >= {_LEAST_SHORT}
            AND ({_loose(whole)} = {_loose(part)} OR {_within(whole, part, 0.8)})
        )"""
        for whole, part in (
            (f"{name}_short_l", f"{name}_bare_said_r"),
            (f"{name}_bare_said_l", f"{name}_short_r"),
        )
    )
    return f"coalesce({ways}, FALSE)"


def _loose(code: str) -> str:
    """SQL for a code in which vowels that hands confuse are one, as `phones.loosen_code`."""
    for vowel, instead in LOOSE:
        code = f"replace({code}, '{vowel}', '{instead}')"
    return code


def _heads(code: str) -> str:
    """SQL for the kinds of the consonants that begin the syllables of a code."""
    return f"regexp_replace({code}, '[^A-Z]', '', 'g')"


def _same_vowels(code_l: str, code_r: str) -> str:
    """SQL for two codes of three syllables and more, or of two with the same vowels: with another vowel in one of two
    syllables a name is another (Su Nay, Su Nwe; Moo Law, Moo Lah)."""
    vowels_l, vowels_r = (f"regexp_replace({_loose(code)}, 'H|[A-Z][a-z]|[nt]', '', 'g')" for code in (code_l, code_r))
    shortest = f"least(length({code_l}), length({code_r}))"
    return f"({shortest} >= {_OF_THREE} OR ({shortest} >= {_OF_TWO} AND {vowels_l} = {vowels_r}))"


def _close(code_l: str, code_r: str) -> str:
    """SQL for two codes within what a hand confuses: more between two scripts than within one."""
    return f"""
        (
            CASE
                WHEN script_l <> script_r THEN {_within(code_l, code_r, 0.75)}
                ELSE
                    script_l IN ('thai', 'latin')
                    AND {_same_vowels(code_l, code_r)}
                    AND {_heads(code_l)} = {_heads(code_r)}
                    AND {_within(code_l, code_r, 0.87)}
            END
        )"""


def _in_one_cell(whole: str, parted: str) -> str:
    """SQL for a name that has one cell on side `whole` and two on side `parted`.

    A long family name must not speak for another given name: the given name by itself is close as well.
    """
    given, both = f"given_bare_said_{parted}", f"(given_bare_said_{parted} || family_said_{parted})"
    in_one = f"given_bare_said_{whole}"
    begin = f"{in_one}[1:length({given})]"
    return f"""
        (
            {_loose(in_one)} = {_loose(both)}
            OR (
                {_close(in_one, both)}
                AND (
                    CASE
                        WHEN script_l <> script_r THEN {_within(begin, given, 0.72)}
                        ELSE {_within(begin, given, 0.87)}
                    END
                )
            )
        )"""


def whole_name() -> str:
    """SQL for one name that stands in one cell on one side and in two on the other, or in the other's order.

    Families without a family name have theirs parted over both cells by some hands, or the father's name in the second.
    """
    parted_otherwise = " = ".join(_loose(f"(given_bare_said_{side} || family_said_{side})") for side in "lr")
    turned = " AND ".join(
        f"({_loose(code_l)} = {_loose(code_r)} OR {_close(code_l, code_r)})"
        for code_l, code_r in (("given_bare_said_l", "family_bare_said_r"), ("family_bare_said_l", "given_bare_said_r"))
    )
    ways = (_in_one_cell("l", "r"), _in_one_cell("r", "l"), parted_otherwise, f"({turned})")
    return " OR ".join(f"coalesce({way}, FALSE)" for way in ways)


# Within one script a name is the same where it is said alike, vowels and all. Two scripts share their consonants; where
# these are few, what is said between them must agree as well (ซอซา has those of Sa Htoo).
SAME_SOUND = f"""
    (
        given_sound_l = given_sound_r
        OR given_bare_l = given_bare_r
        OR given_bare_l = given_sound_r
        OR given_sound_l = given_bare_r
        OR (
            script_l <> script_r
            AND given_key_l = given_key_r
            AND length(given_key_l) >= 2
            AND {similar("given", 0.7)}
        )
    )"""
# Two letters that changed places, or one written twice: what a hand does, and no two names differ in.
_LEAST_SLIPPED = 5  # letters
SLIP_OF_HAND = f"""
    least(length(given_l), length(given_r)) >= {_LEAST_SLIPPED}
    AND (
        given_once_l = given_once_r
        OR (
            length(given_l) = length(given_r)
            AND damerau_levenshtein(given_l, given_r) = 1
            AND levenshtein(given_l, given_r) = 2
        )
    )"""
# In one script hands confuse some vowels and aspirates only, and what else differs is another name: no more than a
# shade of one sound in two syllables. Three syllables in another order are the same ones; two may be a brother's.
ALIKE = f"""
    (
        (script_l <> script_r AND ({similar("given", 0.72)} OR {_within("given_loose_l", "given_loose_r", 0.8)}))
        OR (
            script_l = script_r
            AND script_l IN ('thai', 'latin')
            AND (
                given_said_l = given_said_r
                OR ({SLIP_OF_HAND})
                OR given_loose_l = given_loose_r
                OR given_bare_said_l = given_said_r
                OR given_said_l = given_bare_said_r
                OR (
                    (given_heads_l = given_heads_r OR {_heads("given_said_l")} = {_heads("given_said_r")})
                    AND {_same_vowels("given_said_l", "given_said_r")}
                    AND {similar("given", 0.87)}
                )
            )
        )
        OR (
            len(string_split(given_turned_l, ' ')) >= 3
            AND (
                given_turned_l = given_turned_r
                OR (script_l <> script_r AND {_within("given_turned_l", "given_turned_r", 0.8)})
            )
        )
    )"""
# Within one script a consonant that is another one makes another name, where the name is short: Nabi and Nami are two.
MOTHER_ALIKE = f"""
    (
        (
            {similar("mother", 0.7)}
            AND (
                mother_script_l <> mother_script_r
                OR {_heads("mother_bare_said_l")} = {_heads("mother_bare_said_r")}
                OR {similar("mother", 0.8)}
            )
        )
        OR {shortened("mother")}
    )"""
# Sopha and Sophi may be two mothers; Sopha, and Sopha with her family name, are one.
MOTHER_LIKENED = f"NOT {shortened('mother')}"
NEAR = f"""
    (
        jaro_winkler_similarity(given_l, given_r) >= 0.9
        OR (given_key_l = given_key_r AND jaro_winkler_similarity(given_l, given_r) >= 0.75)
        OR given_turned_l = given_turned_r
        OR {similar("given", 0.66)}
        OR (
            script_l <> script_r
            AND ({similar("given", 0.6)} OR {_within("given_turned_l", "given_turned_r", 0.75)})
        )
        OR {shortened("given")}
    )"""
# A family name in the cell of the given name is that of all brothers and sisters.
_OWN = {
    side: f"coalesce({_loose(f'given_said_{side}')} <> {_loose(f'family_said_{other}')}, TRUE)"
    for side, other in (("l", "r"), ("r", "l"))
}
# Of a child whose day of birth is the same on both sides, a brother or sister born at another birth is no rival.
_ANOTHER_BIRTH = "(born_l = born_r AND length(born_l) = 10 AND NOT twin_l AND NOT twin_r)"
_NAMED = f"""
    (
        ((list_contains(named_l, given_r) AND {_OWN["r"]}) OR (list_contains(named_r, given_l) AND {_OWN["l"]}))
        AND given_l <> given_r
    )
    OR (
        (
            (list_contains(named_said_l, given_said_r) AND {_OWN["r"]})
            OR (list_contains(named_said_r, given_said_l) AND {_OWN["l"]})
        )
        AND given_said_l <> given_said_r
    )"""
CLASH = f"({_NAMED}) AND NOT coalesce({_ANOTHER_BIRTH}, FALSE)"
