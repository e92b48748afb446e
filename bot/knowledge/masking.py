"""Masking: what could point to a person is taken out of a question before it is kept for the editors."""

import re

_MASKS: tuple[tuple[re.Pattern[str], str], ...] = (
    # E-mail addresses, also "name at example dot nl" with an at-sign in brackets.
    (re.compile(r"[\w.+-]+\s?(?:@|\(at\)|\[at\])\s?[\w-]+(?:\.[\w-]+)+", re.IGNORECASE), "[e-mail]"),
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
)

_NAME = r"(?-i:[A-ZÀ-ÖØ-ÞЀ-Я][\w’'ʼ-]+(?:\s(?:van|de|der|den|ten|te)){0,2}(?:\s[A-ZÀ-ÖØ-ÞЀ-Я][\w’'ʼ-]+){0,2})"
_INTRODUCTIONS = re.compile(
    r"(?P<before>\b(?:ik ben|ik heet|gr\.?|groet|liefs,?|mijn naam is|mijn naam|groeten(?: van)?,?|groetjes(?: van)?,?"
    r"|namens|mevrouw|meneer|mevr\.|dhr\."
    r"|my name is|my name|i am called|this is|regards,?|mrs?\.?|ms\.?"
    r"|мене звати|мене звуть|я звуся|моє ім[’'ʼ]я|з повагою,?|пані|пан"
    r"|меня зовут|мо[её] имя|с уважением,?|госпожа|господин"
    r"|mene zvaty|menia zovut|menya zovut)[\s:]+)" + _NAME,
    re.IGNORECASE,
)
_GREETED_BY = re.compile(
    r"(?P<before>^\s*(?:hallo|hoi|dag|beste|hello|hi|dear|привіт|вітаю|добрий день|здравствуйте|добрый день),?\s+"
    r"(?:met|this is|я|це|это)\s+)" + _NAME,
    re.IGNORECASE,
)  # fmt: skip
# «Я Олена Коваленко»: in Ukrainian and Russian no word stands between, so only a name with a surname is taken for one.
_I_AM = re.compile(
    r"(?P<before>(?<!\w)я,?\s+)(?-i:[А-ЯЄІЇҐ][\w’'ʼ-]+\s[А-ЯЄІЇҐ][\w’'ʼ-]+(?:\s[А-ЯЄІЇҐ][\w’'ʼ-]+)?)",
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
    for pattern in (_INTRODUCTIONS, _GREETED_BY, _I_AM, _THANKED_BY, _SIGNATURE):
        text = pattern.sub(lambda match: f"{match['before']}[name]", text)
    return text
