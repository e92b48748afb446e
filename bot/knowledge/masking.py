"""Masking: what could point to a person is taken out of a question before it is kept for the editors."""

import re

# Herenweg 55 is where people live together: editors must see that a question is about it.
_NOT_OURS = r"(?!(?:Херенвег|Геренвег)[уаі]?,? 55\b)"
_FLAT = r"(?:,?\s(?:кв|квартира)\b\.?\s?\d{1,4})?"

_MASKS: tuple[tuple[re.Pattern[str], str], ...] = (
    # E-mail addresses, also "name at example dot nl" with an at-sign in brackets.
    (re.compile(r"(?<![\w.+-])[\w.+-]+\s?(?:@|\(at\)|\[at\])\s?[\w-]+(?:\.[\w-]+)+", re.IGNORECASE), "[e-mail]"),
    # The same in words: "name dot surname at example dot com", "name at gmail.com".
    (
        re.compile(
            r"(?<![\w.+-])[\w.+-]+(?:\s(?:dot|punt|крапка|точка)\s[\w-]+)*\s(?:at|apenstaartje|собака|собачка)\s"
            r"(?:[\w-]+(?:\s(?:dot|punt|крапка|точка)\s[\w-]+)+|(?:gmail|outlook|hotmail|yahoo|icloud|ukr|ziggo)\.\w+)",
            re.IGNORECASE,
        ),
        "[e-mail]",
    ),
    # Web addresses and @names: a profile is as good as a name.
    (re.compile(r"(?:https?://|www\.|t\.me/)\S+", re.IGNORECASE), "[link]"),
    (re.compile(r"(?<!\w)@\w{3,}"), "[name]"),
    # IBANs and document numbers: letters and digits mixed, six or more, as in passports, V-numbers, permits.
    (
        re.compile(r"\b[A-Z]{2}\s?\d{2}(?:\s?[A-Z0-9]{4}){2,7}(?:\s?[A-Z0-9]{1,4})?\b", re.IGNORECASE),
        "[number]",
    ),
    (re.compile(r"\b(?=\w*\d\w*\d\w*\d\w*\d)(?=\w*[^\W\d_])\w{6,}\b"), "[number]"),
    # Dates of birth; then phone numbers, BSNs and every other run of six or more digits, however spaced.
    (re.compile(r"\b\d{1,2}[-./ ]\d{1,2}[-./ ](?:19|20)\d{2}\b|\b(?:19|20)\d{2}-\d{2}-\d{2}\b"), "[date]"),
    (re.compile(r"\+?\(?\d(?:[\s().-]{0,2}\d){5,}"), "[number]"),
    # A Dutch postcode, with the house number behind it.
    (re.compile(r"\b[1-9]\d{3}\s?[A-Z]{2}\b(?:\s?\d{1,4}\w?)?"), "[address]"),
    # A street with a house number, as people write it in Dutch.
    (
        re.compile(
            r"\b(?!Herenweg 55\b)\w+(?:straat|laan|weg|plein|dreef|kade|gracht|hof|singel|pad)\s\d{1,4}\w?\b",
            re.IGNORECASE,
        ),
        "[address]",
    ),
    # The same in Cyrillic letters, and a street with the word for it: «Херенвег 12», «вулиця Шевченка, буд. 12, кв. 3».
    (
        re.compile(
            rf"\b{_NOT_OURS}\w+(?:страат|штраат|лаан|вег|плейн|дреф|дрееф|каде|грахт|с[иіи]нгел),?\s\d{{1,4}}\w?\b{_FLAT}"
            rf"|\b(?:вул|вулиця|вулиці|вулицю|ул|улица|улице|улицу|просп|проспект|проспекті|проспекте|провулок|переулок"
            rf"|бульвар)\b\.?\s?{_NOT_OURS}[^\W\d][\w’'ʼ.-]*(?:\s[^\W\d][\w’'ʼ.-]*){{0,2}}"
            rf",?\s?(?:(?:буд|будинок|дім|дом|д)\b\.?\s?)?\d{{1,4}}\w?\b{_FLAT}",
            re.IGNORECASE,
        ),
        "[address]",
    ),
)

_CAPITAL = "[A-ZÀ-ÖØ-ÞЀ-ЯҐ]"
_BETWEEN = r"(?:van|von|de|der|den|ten|ter|te|el|al)\b"
_NAME = rf"(?-i:{_CAPITAL}[\w’'ʼ-]+(?:\s{_BETWEEN}){{0,2}}(?:\s{_CAPITAL}[\w’'ʼ-]+){{0,2}})"
_INTRODUCTIONS = re.compile(
    r"(?P<before>\b(?:ik ben|gr\.?|groet|liefs,?|mijn naam|groeten(?: van)?,?|groetjes(?: van)?,?"
    r"|namens|mevrouw|meneer|de heer|mevr\.|dhr\."
    r"|my name|this is|regards,?|mrs?\.?|ms\.?|з повагою,?|пані|пан|с уважением,?|госпожа|господин)[\s:]+)" + _NAME,
    re.IGNORECASE,
)
# After a plain introduction a name is a name in small letters too: one word, and a second that nothing follows. But not
# a word that goes on with the sentence ("my name is wrong on the letter", «мене звати в гості»).
_GOES_ON = (
    r"(?:and|but|in|is|on|at|from|for|to|not|i|we|you|he|she|it|a|an|the|my|your|our|who|where|what|how|when|why|can|need"
    r"|wrong|misspelled|missing|different|spelled|written|changed|still|also|too|only|please|same"
    r"|en|maar|om|op|uit|met|niet|nog|ook|ik|wij|we|u|je|jullie|hij|zij|ze|het|een|die|dat|wie|waar|wat|hoe|wanneer|kan|kunt"
    r"|wil|zoek|woon|kom|heb|ben|fout|verkeerd|anders|gespeld|geschreven|veranderd|kwijt|onbekend|hetzelfde|alleen|graag"
    r"|і|й|та|але|у|в|на|по|до|з|із|зі|за|не|я|ми|ви|він|вона|мені|нам|мій|моя|де|як|що|чи|хто|коли|можна|треба|потрібно"
    r"|потрібен|потрібна|шукаю|хочу|живу|маю|неправильно|написано|змінилося|тут|просто|так"
    r"|и|но|со|с|из|к|мы|вы|он|она|мне|мой|где|как|что|ли|кто|когда|можно|надо|нужно|нужен|нужна|ищу|имею"
    r"|неправильно|написано|изменилось|здесь|просто|так)"
)
_ANY_WORD = rf"(?!{_GOES_ON}\b)[^\W\d_][\w’'ʼ-]+"
_ANY_NAME = (
    rf"(?:{_BETWEEN}\s){{0,3}}{_ANY_WORD}"
    rf"(?:(?:\s{_ANY_WORD}(?=\s{_BETWEEN}\s))?(?:(?:\s{_BETWEEN}){{1,3}}\s{_ANY_WORD}|\s(?=(?-i:{_CAPITAL})){_ANY_WORD}){{1,3}}"
    rf"|\s{_ANY_WORD}(?=\s*(?:[.,;:!?)\n]|$)|\s{_GOES_ON}\b))?"
)
_WHOSE = r"(?:zoon|zoontje|dochter|dochtertje|kind|man|vrouw|vriend|vriendin|moeder|vader|broer|zus|buurman|buurvrouw)"
_NAMED = re.compile(
    r"(?P<before>\b(?:(?:my|his|her) (?:name|surname|first name|last name)(?:[’']?s| is)|i am called|they call me"
    r"|(?:mijn|m’n|m'n|zijn|haar) (?:naam|voornaam|achternaam) is|(?:ik|hij|zij|ze|" + _WHOSE + r") heet"
    r"|(?<!як )(?<!как )(?<!вас )(?<!тебе )(?<!тебя )(?:звати|звуть|зовут)(?: (?:мене|меня|його|его|її|её|ее|нас))?"
    r"|(?:моє|моё|мое|його|его|її|её) (?:ім[’'ʼ]?я|имя|прізвище|фамилия)|я звуся"
    r"|mene (?:zvaty|zvut)|meni?a (?:zovut|zvat)|menya (?:zovut|zvat)"
    r"|(?:naam|voornaam|achternaam|name|surname|ім[’'ʼ]?я|имя|прізвище|фамилия|піб|фио) ?(?=:))[\s:,—–-]+)" + _ANY_NAME,
    re.IGNORECASE,
)
_GREETED_BY = re.compile(
    r"(?P<before>^\s*(?:hallo|hoi|dag|beste|hello|hi|dear|привіт|вітаю|добрий день|здравствуйте|добрый день),?\s+"
    r"(?:met|this is|я|це|это)\s+)" + _NAME,
    re.IGNORECASE,
)  # fmt: skip
# «Я Олена Коваленко», "I'm Anna Petrova": anything may follow here, so only a name with a surname is taken for one.
_I_AM = re.compile(
    r"(?P<before>(?<!\w)(?:я|i[’']?m|i am),?\s+)(?-i:"
    rf"{_CAPITAL}[\w’'ʼ-]+(?:\s{_BETWEEN}){{0,2}}\s{_CAPITAL}[\w’'ʼ-]+(?:\s{_CAPITAL}[\w’'ʼ-]+)?)",
    re.IGNORECASE,
)
_THANKED_BY = re.compile(
    r"(?P<before>\b(?:bedankt|dank u(?: wel)?|alvast bedankt|thanks|thank you|дякую|спасибо),?[\s.!]+)"
    + _NAME
    + r"\s*[.!]?\s*$",
    re.IGNORECASE,
)
_SIGNATURE = re.compile(
    r"(?P<before>\n\s*(?:met vriendelijke groet(?:en)?|mvg|hoogachtend|kind regards|best"
    r"|з повагою|с уважением)?,?\s*\n?\s*)"
    + _NAME + r"\s*$",
    re.IGNORECASE,
)  # fmt: skip


def masked(text: str) -> str:
    """Return the question without e-mail addresses, links, phone, BSN and document numbers, dates of birth,
    home addresses, and names where people introduce themselves or sign.

    It errs on the side of masking: the editors need the matter, never the person.
    """  # noqa: D205 - one sentence needs two lines
    for pattern, mask in _MASKS:
        text = pattern.sub(mask, text)
    for pattern in (_NAMED, _INTRODUCTIONS, _GREETED_BY, _I_AM, _THANKED_BY, _SIGNATURE):
        text = pattern.sub(lambda match: f"{match['before']}[name]", text)
    return text
