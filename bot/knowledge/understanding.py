"""Understanding: what a typed message is — danger, small talk, a question we can answer, or none of these.

Safety comes first. The finder's probabilities then decide between a crisis in veiled words, an answer, a choice of
three and an honest no, by the thresholds that docs/decisions/finder.md measured.
"""

import math
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum

from bot.knowledge.danger import SecondNet, Weighed
from bot.knowledge.finder import Finder, Ranked
from bot.knowledge.keyboard import retyped
from bot.knowledge.language import LanguageGuesser
from bot.knowledge.library import Library
from bot.knowledge.safety import Alarm, SafetyNet
from bot.knowledge.smalltalk import PLEAS, SWEARING, SmallTalk


class Kind(StrEnum):
    """What a message turned out to be."""

    ANSWER = "answer"
    CHOICES = "choices"
    ELSEWHERE = "elsewhere"
    NONE = "none"
    CRISIS = "crisis"
    EMERGENCY = "emergency"


SAFETY_TOPICS = {Kind.CRISIS: "crisis", Kind.EMERGENCY: "noodgeval"}
DANGER_TOPICS = frozenset({*SAFETY_TOPICS.values(), "huiselijk-geweld"})
"""The topics whose questions may come from somebody in danger."""


@dataclass(frozen=True, slots=True)
class Thresholds:
    """How sure the finder must be (probabilities, 0 to 1).

    `sure`: to answer; `elsewhere`: to say that others look after it; `choices`: that anything of ours is meant, to
    offer up to three, each of at least `choice`; `also`: to offer a label beside an answer; `danger`: to show the
    numbers to call beside the choices, and "crisis" among them; `sworn`: to look past swear words;
    `crisis`: to take a question for a crisis where no second net does that, and to do what `danger` says where that
    net finds nothing, though it is not sure that there is none.
    """

    sure: float = 0.5
    elsewhere: float = 0.6
    choices: float = 0.08
    choice: float = 0.01
    also: float = 0.05
    danger: float = 0.15
    sworn: float = 0.3
    crisis: float = 0.7


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a message is, in which language it is answered, and the best topics with their probabilities.

    `label` is the topic, elsewhere entry or small talk that answers; `offers` are the labels to choose from, and beside
    an answer those that may have been meant as well. `wary`: it raised no alarm, but may be about danger, so that the
    numbers to call belong in the reply.
    """

    kind: Kind
    language: str
    topics: tuple[Ranked, ...] = ()
    label: str = ""
    offers: tuple[str, ...] = ()
    wary: bool = False

    @property
    def smalltalk(self) -> bool:
        """Whether `label` names small talk."""
        return self.kind is Kind.NONE and bool(self.label)


# A message of fewer words is too short to overrule the language that the person chose.
_ENOUGH_WORDS = 3


class Understanding:
    """Understands messages with the help of the library, the safety net and a finder."""

    def __init__(
        self,
        library: Library,
        safety: SafetyNet,
        finder: Finder,
        thresholds: Thresholds = Thresholds(),
        guesser: LanguageGuesser | None = None,
        second: SecondNet | None = None,
    ) -> None:
        """Take the parts; the guesser learns its languages from the library's questions if none is given.

        `second` knows danger by its meaning (bot.knowledge.danger).
        """
        self._library = library
        self._safety = safety
        self._second = second
        self._finder = finder
        self._thresholds = thresholds
        self._smalltalk = SmallTalk(library)
        self._guesser = guesser or LanguageGuesser.taught_by(library)

    def understand(self, text: str, own: str | None = None, hint: str | None = None) -> Verdict:
        """Return what a message is.

        Args:
            text: what the person typed.
            own: the language that the person chose, if any.
            hint: a first guess at the language, such as that of their device.

        """
        language = self.language(text, own, hint)
        weighed = self._weigh(text)
        if weighed.alarm is not None:
            return self._danger(weighed.alarm, text, language)
        talk = self._smalltalk.find(text)
        if talk is not None:
            return Verdict(Kind.NONE, language, label=talk, wary=weighed.wary or talk in PLEAS)
        swapped = retyped(text, self._guesser)
        if swapped is not None:
            return self.understand(swapped, own, hint)
        verdict = self._judge(text, language, self._likely_danger(weighed))
        return replace(verdict, wary=verdict.kind not in SAFETY_TOPICS and (verdict.wary or weighed.wary))

    def says_nothing(self, text: str) -> bool:
        """Return whether a message is empty, or nothing but signs that mean nothing to us."""
        return not any(map(str.isalnum, text)) and self._smalltalk.find(text) is None

    def alarmed(self, text: str) -> bool:
        """Return whether a message speaks of suicide or danger."""
        return self._weigh(text).alarm is not None

    def _danger(self, alarm: Alarm, text: str, language: str) -> Verdict:
        kind = Kind.CRISIS if alarm is Alarm.CRISIS else Kind.EMERGENCY
        topics = self._finder.rank(text).among(self._library.topics)
        first = Ranked(SAFETY_TOPICS[kind], 1.0)
        return Verdict(kind, language, (first, *(r for r in topics if r.label != first.label))[:3], first.label)

    def _weigh(self, text: str) -> Weighed:
        """Return the alarm of the safety net, and of the second net where there is one."""
        sign = self._safety.sign(text)
        if self._second is None or (sign is None and self._smalltalk.is_phrase(text)):
            return Weighed(sign.alarm if sign else None)
        return self._second.weigh(text, sign)

    def _likely_danger(self, weighed: Weighed) -> float:
        """From which probability on the finder alone takes danger for likely: the surer the second net, the higher."""
        if weighed.harmless:
            return math.inf
        calm = self._second is not None and not weighed.wary
        return self._thresholds.crisis if calm else self._thresholds.danger

    def _judge(self, text: str, language: str, danger: float) -> Verdict:
        """Decide by the finder's probabilities; from `danger` on a topic about danger counts as likely."""
        ranking = self._finder.rank(text)
        topics = ranking.among(self._library.topics)[:3]
        first, *others = ranking.best[:3]
        crisis = first.label == SAFETY_TOPICS[Kind.CRISIS]
        if crisis and self._second is None and first.probability >= self._thresholds.crisis:
            # Where there is no second net, what is very like the crisis examples is a crisis. Otherwise it is no
            # more than a choice: "bored to death" must not get the suicide line as the answer.
            return Verdict(Kind.CRISIS, language, topics, first.label)
        if first.label not in self._library.topics:
            if first.probability >= self._thresholds.elsewhere:
                return Verdict(Kind.ELSEWHERE, language, topics, first.label, self._worth_offering(topics[:2]))
        elif first.probability >= self._thresholds.sure and not crisis:
            return Verdict(Kind.ANSWER, language, topics, first.label, self._worth_offering(others))
        likely = (one.label for one in (first, *others) if one.probability >= danger)
        wary = not DANGER_TOPICS.isdisjoint(likely)
        if first.probability < self._thresholds.sworn:
            rest = self._smalltalk.without_swearing(text)
            if rest != " ".join(text.split()):
                if rest and self._finder.rank(rest).best[0].probability >= self._thresholds.sworn:
                    return self._judge(rest, language, danger)
                return Verdict(Kind.NONE, language, topics, SWEARING, wary=wary)
        if 1 - ranking.nothing < self._thresholds.choices:
            return Verdict(Kind.NONE, language, topics, wary=wary)
        offers = tuple(one.label for one in (first, *others) if one.probability >= self._choice(one.label, danger))
        return Verdict(Kind.CHOICES if offers else Kind.NONE, language, topics, offers=offers, wary=wary)

    def _choice(self, label: str, danger: float) -> float:
        """How likely a label must be to stand among the choices; nobody is asked about suicide by chance."""
        return danger if label == SAFETY_TOPICS[Kind.CRISIS] else self._thresholds.choice

    def _worth_offering(self, ranked: Iterable[Ranked]) -> tuple[str, ...]:
        return tuple(one.label for one in ranked if one.probability >= self._thresholds.also)

    def language(self, text: str, own: str | None = None, hint: str | None = None) -> str:
        """Return the language to answer a message in: its own if that is clear, else the person's choice."""
        fallback = own or hint
        answers: defaultdict[str, float] = defaultdict(float)
        for code, probability in self._guesser.probabilities(text).items():
            answers[self._library.answer_language(code)] += probability
        if not answers:
            return self._spoken(fallback)
        answer = max(answers, key=answers.__getitem__)
        if fallback is None:
            return answer
        enough = len(text.split()) >= _ENOUGH_WORDS or _foreign_script(text, fallback)
        needed = 0.97 if own else 0.8
        clear = enough and answers[answer] >= needed and self._guesser.knows(text, answer)
        return answer if clear else self._spoken(fallback)

    def _spoken(self, code: str | None) -> str:
        if code is None or code not in self._library.languages:
            return self._library.source_language
        return self._library.answer_language(code)


def _foreign_script(text: str, language: str) -> bool:
    """Whether most letters are Cyrillic and the language is not written so, or the reverse."""
    cyrillic = sum("\u0400" <= letter <= "\u04ff" for letter in text)
    letters = sum(letter.isalpha() for letter in text)
    return (cyrillic * 2 > letters) and language not in ("uk", "ru")
