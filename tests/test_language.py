"""In which language a message is, short ones included."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.knowledge.language import LanguageGuesser
from bot.knowledge.library import Library
from bot.knowledge.understanding import Understanding


@pytest.fixture(scope="module")
def guesser(library: Library) -> LanguageGuesser:
    return LanguageGuesser.taught_by(library)


SURE = {
    "nl": [
        "huisarts", "hoi", "ik heb kiespijn", "waar is de school", "mag ik werken", "geld", "hulp", "goedemorgen",
        "zwemles kind", "wat kost het", "mn zoon is ziek", "Taalles?", "opvang", "waar woon ik", "DOKTER",
        "ik wil graag een fiets", "bedankt", "doei", "Ik heb hulp nodig van de gemeente", "school voor mn kind",
    ],
    "en": [
        "doctor", "hi there", "my tooth hurts", "where is the school", "can i work", "money", "help", "good morning",
        "swimming for kids", "how much is it", "my son is sick", "English lessons?", "shelter", "where do i live",
        "THANKS", "i need a bike", "how do i get help from the gemeente",
    ],
    "uk": [
        "лікар", "привіт", "чи можна працювати", "гроші", "допоможіть", "плавання", "скільки це коштує", "син хворіє",
        "мова", "житло", "Дякую", "курси мови", "ДЕ ЛІКАР", "треба до лікаря", "добрий день", "є", "ї",
        # surzhyk
        "шо робить", "скажить де больниця", "мені надо до врача", "ребьонок захворів", "можна узнать де школа",
        "хто може помогти з документами", "я не понімаю", "скіки коштує", "чого мені отказали",
        # with official Dutch words
        "як податися на Eropuit", "що таке leefgeld", "де взяти BSN і DigiD",
        # in Latin letters
        "yak otrymaty hroshi", "dobryi den", "pryvit", "ya ne rozumiyu", "moya dytyna khvora", "potribna dopomoha",
        "shcho robyty", "de shkola dlia dytyny", "mozhna pracyuvaty", "skilky koshtuye", "eropuit yak podaty",
        "sho robyty", "dyakuyu", "jak zapysatysia do likaria",
    ],
    "ru": [
        "врач", "привет", "болит зуб", "где школа", "можно ли работать", "деньги", "помогите", "доброе утро",
        "плавание", "сколько это стоит", "сын болеет", "язык", "жильё", "Спасибо", "как получить пособие",
        "ребёнок заболел", "нужна помощь", "где лечиться", "ы", "ё",
    ],
}  # fmt: skip


@pytest.mark.parametrize(("language", "text"), [(code, text) for code, texts in SURE.items() for text in texts])
def test_the_language_of_a_short_message(guesser: LanguageGuesser, language: str, text: str) -> None:
    chances = guesser.probabilities(text)
    assert max(chances, key=chances.__getitem__) == language


@pytest.mark.parametrize(
    "text",
    ["gde vrach dlya rebenka", "kak zapisatsya k vrachu", "mne nuzhna pomosch", "kogda dadut dengi", "gde shkola"],
)
def test_russian_in_latin_letters_is_answered_like_russian(guesser: LanguageGuesser, text: str) -> None:
    """Both are answered in Ukrainian, so it does not matter which of the two it is taken for."""
    chances = guesser.probabilities(text)
    assert chances["uk"] + chances["ru"] > 0.5


NOT_OURS = [
    # Arabic, Farsi, Tigrinya, Georgian, Chinese
    "أين أجد طبيب أسنان", "أريد أن أموت", "من پول ندارم برای غذا", "ሓኪም እደሊ ኣለኹ", "ექიმი მჭირდება", "我需要看医生",
    # Turkish
    "doktora ihtiyacım var", "çocuğum için okul arıyorum", "hollandaca kursu nerede", "para yardımı nasıl alabilirim",
    # Somali
    "waxaan u baahanahay dhakhtar", "carruurtayda iskuul ma heli karaa", "lacagta goorma ayaan helayaa",
    # Polish
    "gdzie mogę uczyć się niderlandzkiego", "potrzebuję lekarza dla dziecka", "kiedy dostanę pieniądze",
    # Spanish, French, German
    "necesito un médico para mi hijo", "no tengo dinero para comida", "où est l'école pour mes enfants",
    "ich brauche einen arzt für mein kind",
    # Arabic, Farsi and Tigrinya in Latin letters
    "ana bade et3alam hollandi", "wen fi madrasa la wladi", "man pool nadaram baraye ghaza", "hakim yedliyeni alo",
    # no language at all
    "qzx vvw kkp", "lkjh lkjh oiuy", "bla " * 40,
]  # fmt: skip


@pytest.mark.parametrize("chosen", ["nl", "en", "uk"])
@pytest.mark.parametrize("text", NOT_OURS)
def test_who_writes_another_language_is_answered_in_the_one_they_chose(
    understanding: Understanding, text: str, chosen: str
) -> None:
    assert understanding.language(text, own=chosen) == chosen
    assert understanding.language(text, hint=chosen) == chosen


@pytest.mark.parametrize("text", ["", " ", "112", "?!", "👍", "\n\t", "٣", "_", "أين المدرسة", "ትምህርቲ BSN"])
def test_without_letters_of_ours_there_is_no_language(guesser: LanguageGuesser, text: str) -> None:
    assert guesser.probabilities(text) == {}


@given(text=st.text(max_size=80))
def test_probabilities_add_up_to_one_and_are_no_certainty_of_nothing(guesser: LanguageGuesser, text: str) -> None:
    chances = guesser.probabilities(text)
    assert set(chances) <= {"nl", "en", "uk", "ru"}
    assert not chances or sum(chances.values()) == pytest.approx(1)
    assert all(0 <= chance <= 1 for chance in chances.values())


@given(text=st.text(alphabet="абвгдежзийклмнопрстуфхцчшщьюя ", min_size=1, max_size=30))
def test_cyrillic_is_never_dutch_or_english(guesser: LanguageGuesser, text: str) -> None:
    assert set(guesser.probabilities(text)) <= {"uk", "ru"}


@given(text=st.sampled_from([text for texts in SURE.values() for text in texts]), marks=st.sampled_from("?!.… "))
def test_marks_and_capitals_change_nothing(guesser: LanguageGuesser, text: str, marks: str) -> None:
    assert guesser.probabilities(f"{marks}{text.upper()}{marks}") == pytest.approx(guesser.probabilities(text))


def test_a_sentence_looks_more_like_a_language_than_noise(guesser: LanguageGuesser) -> None:
    rising = ["xqzw vkjq", "lkj rtz mno", "waar is de school"]
    assert all(guesser.likeness(less) < guesser.likeness(more) for less, more in pairwise(rising))
    assert guesser.likeness("?") == float("-inf")


@pytest.mark.parametrize(
    ("text", "own", "hint", "answered"),
    [
        ("hoi", None, None, "nl"),
        ("привіт", None, None, "uk"),
        ("привет", None, None, "uk"),
        ("привет", "nl", "nl", "uk"),
        ("где врач", "nl", None, "uk"),
        ("hallo", "en", None, "en"),
        ("ja", None, None, "nl"),
        ("pauze", None, None, "nl"),
        ("delete my data", None, None, "en"),
        ("dizzy", None, None, "en"),
        ("yak otrymaty hroshi", "nl", None, "uk"),
        ("kogda dadut dengi", "en", None, "uk"),
        ("rijbewijs поміняти", None, None, "uk"),
        ("Eropuit", "uk", None, "uk"),
        ("112", "en", None, "en"),
        ("112", None, "ru", "uk"),
        ("112", None, "fr", "nl"),
        ("112", None, None, "nl"),
        ("waar is de school van mijn kind", "uk", None, "nl"),
        ("where is the school of my child", None, "nl", "en"),
    ],
)
def test_a_clear_language_goes_before_the_choice_and_the_choice_before_a_guess(
    understanding: Understanding, text: str, own: str | None, hint: str | None, answered: str
) -> None:
    assert understanding.language(text, own, hint) == answered
