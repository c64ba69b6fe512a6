"""When two spellings are one name: marks of every script count, Zawgyi meets Unicode, and a filler is no name."""

from __future__ import annotations

import pytest

from tests.families import at_home, child, linked, village
from tests.names_compared import folded_name, in_unicode, sound_key, spoken


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("ခင်", "ခိုင်"),
        ("တင်", "တင့်"),
        ("မောင်", "မင်"),
        ("လှ", "လ"),
        ("ຄຳ", "ຄາ"),
        ("ສີ", "ສິ"),
        ("សុខា", "សុខី"),
        ("राम", "रामा"),
        ("রিমা", "রিমি"),
        ("ข้าว", "ขาว"),
        ("มานี", "มานะ"),
        ("មករា", "មករ"),
        ("йод", "иод"),
        ("ၸၢႆး", "ၸၢမ်း"),
        ("စီၤဖိ", "စီၤဖး"),
        ("မန်", "မိန်"),
        ("தமிழ்", "தமழ்"),
    ],
)
def test_a_vowel_or_a_mark_makes_another_name(name: str, other: str) -> None:
    assert folded_name(name) != folded_name(other)


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("José", "Jose"),
        ("Zoë", "zoe"),
        ("น\u0e4d\u0e49า", "น้ำ"),
        ("น\u0e49\u0e4dา", "น้ำ"),
        ("ຄ\u0ecdາ", "ຄຳ"),
        ("Ｓｕ", "su"),
        ("Mg  Aung-Ko", "aung ko"),
        ("มา\u200bนี", "มานี"),
        ("ဒေါ်လှ", "လှ"),
        ("၀င်း", "ဝင်း"),
        ("မုိး", "မိုး"),
    ],
)
def test_a_way_to_type_it_makes_no_other_name(name: str, other: str) -> None:
    assert folded_name(in_unicode(name)) == folded_name(in_unicode(other)) != ""


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("ศิริพร", "สิริพร"),
        ("กัญญา", "กันยา"),
        ("วรรณา", "วันนา"),
        ("พิมพ์ใจ", "พิมใจ"),
        ("ชลธิชา", "ชนธิชา"),
        ("อรทัย", "อรไท"),
        ("ณัฐพล", "ณัฐพน"),
        ("ศุภชัย", "สุพชัย"),
        ("รุ่งนภา", "รุ้งนะภา"),
        ("จันทร์เพ็ญ", "จันเพ็ญ"),
        ("Malee", "Mali"),
        ("Sandar", "Sanda"),
        ("Kitti", "Kitty"),
        ("Mya", "Mia"),
        ("Phyo", "Pyo"),
        ("Vanna", "Wanna"),
        ("บุญอิ่ม", "บุนอิ่ม"),
        ("ยศวงศ์", "ยสวงค์"),
    ],
)
def test_spellings_that_are_said_alike_are_one_name(name: str, other: str) -> None:
    assert spoken(folded_name(name)) == spoken(folded_name(other))


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("มานี", "มานะ"),
        ("มานี", "มาลี"),
        ("ธนกร", "ธนากร"),
        ("สมชาย", "สมชัย"),
        ("บีม", "พีม"),
        ("ดาว", "ทาว"),
        ("ก้อย", "กุ้ง"),
        ("เอจอ", "เอซอ"),
        ("เอจอ", "เอตอ"),
        ("ทูลอ", "ทูนอ"),
        ("มะพอ", "มะบอ"),
        ("จอนวย", "จอลวย"),
        ("เอชวย", "เอตวย"),
        ("Khin", "Khaing"),
        ("Tin", "Thin"),
        ("Aung", "Aye"),
        ("Su", "Soe"),
        ("တင်", "တင့်"),
        ("ခင်", "ခိုင်"),
        ("ມະນີ", "ມະນາ"),
    ],
)
def test_names_that_are_near_are_not_said_alike(name: str, other: str) -> None:
    assert spoken(folded_name(name)) != spoken(folded_name(other))


# Common names as they stand in Zawgyi and in Unicode, from the font's chart by hand.
BURMESE = {
    "ခင္": "ခင်",
    "ခိုင္": "ခိုင်",
    "ေအး": "အေး",
    "ေက်ာ္": "ကျော်",
    "ႀကီး": "ကြီး",
    "ျမ": "မြ",
    "ေသာင္း": "သောင်း",
    "ဝင္း": "ဝင်း",
    "မို႔မို႔": "မို့မို့",
    "ၿဖိဳး": "ဖြိုး",
    "ညြန္႔": "ညွန့်",
    "သႏၲာ": "သန္တာ",
    "ခ်ိဳ": "ချို",
    "မ်ိဳး": "မျိုး",
    "ေဒၚလွ": "ဒေါ်လှ",
    "ေမာင္ေမာင္": "မောင်မောင်",
    "ရွင္": "ရှင်",
    "ႏွင္း": "နှင်း",
    "ထြန္း": "ထွန်း",
    "စႏၵာ": "စန္ဒာ",
    "သဇင္": "သဇင်",
    "ျဖဴ": "ဖြူ",
    "ျမင့္": "မြင့်",
}


@pytest.mark.parametrize("zawgyi", BURMESE)
def test_zawgyi_and_unicode_meet(zawgyi: str) -> None:
    assert in_unicode(zawgyi) == in_unicode(BURMESE[zawgyi]) == BURMESE[zawgyi]


@pytest.mark.parametrize(
    "text",
    [
        *BURMESE.values(),
        "စုစု",
        "သူဇာ",
        "လွင်",
        "ၸၢႆးသႅင်",
        "ၼၢင်းၶမ်း",
        "ၼၢင်းႁွမ်",
        "ၸဝ်ႈၶုၼ်",
        "စီၤဖိ",
        "နီၢ်ဖၣ်",
        "မန်ဂၠုၚ်",
        "နာဲမန်",
        "ဥတ္တရ",
        "ဝိနယ္ယ",
        "သင်္ဂြိုဟ်",
        "ဘဏ္ဍာ",
        "ဗုဒ္ဓ",
        "ကျွန်တော်",
        "Khin",
        "ขิ่น",
        "",
    ],
)
def test_unicode_in_any_language_of_myanmar_stays_as_it_is(text: str) -> None:
    assert in_unicode(text) == text


def test_a_text_that_may_be_either_is_what_the_same_hand_wrote_beside_it() -> None:
    # Hla in Zawgyi, Lwa in Unicode.
    assert in_unicode("လွ") == "လွ"
    assert in_unicode("လွ", beside="ေဒၚခင္") == "လှ"
    assert in_unicode("လွ", beside="ဒေါ်ခင်") == "လွ"


@pytest.mark.parametrize("zawgyi", ["ခင္", "ေမာင္ေမာင္", "ျဖဴ"])
def test_a_child_is_found_again_when_the_telephone_changes_its_writing(zawgyi: str) -> None:
    home = at_home(1)
    before = child(2025, zawgyi, **{**home, "mother": "ေဒၚလွ"})
    after = child(2026, BURMESE[zawgyi], **{**home, "mother": "ဒေါ်လှ", "home": "85030201|7", "village": "85030201"})
    assert linked([before, after, *village((2025, 2026))]).cluster[1] == 0


@pytest.mark.parametrize(
    "filler",
    [
        "ทารก",
        "ทารกเพศหญิง",
        "ด.ญ.",
        "Baby A",
        "แฝดพี่",
        "xxx",
        "กกก",
        "-",
        "ไม่ทราบชื่อ",
        "unknown",
        "ยังไม่ตั้งชื่อ",
        "เสียชีวิต",
        "เสียชีวิตแล้ว",
        "ตาย",
        "ไม่ทราบ",
        "ไม่มี",
        "รอพิสูจน์",
        "deceased",
        "မသိ",
        "ကလေး",
        "N/A",
        "?",
        "....",
        "ไม่ทราบ/เสียชีวิต",
        "มารดาเสียชีวิต",
        "มารดาไม่ทราบชื่อ",
        "แม่ทิ้งไป",
        "Mother died",
        "123",
    ],
)
def test_a_filler_is_nobodys_name(filler: str) -> None:
    assert folded_name(filler) == ""


@pytest.mark.parametrize(
    "name", ["บุตรี", "หนูดี", "เสียงทอง", "Nora", "Nan Khin", "Mai", "แม่นยำ", "เด็กดี", "ตาล", "မောင်မောင်", "Son"]
)
def test_a_name_that_begins_like_a_filler_is_a_name(name: str) -> None:
    assert folded_name(name) != ""
    assert sound_key(name) != ""
