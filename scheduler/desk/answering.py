"""What people asked in vain becomes an answer: like questions together, one text, in force at once."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import timedelta

from rapidfuzz import fuzz, process

from bot.knowledge.skeleton import skeleton
from bot.store.answers import Addition, Answers
from bot.store.questions import KEPT_DAYS, Questions
from scheduler.announcements import Text
from scheduler.desk.office import Mistake, Office
from scheduler.desk.telling import Telling

_ALIKE = 80
"""From so much likeness on (0 to 100, words in any order) two questions count as one matter.

Words that only one of them has count against it: "doctor" is not every question with a doctor in it.
"""

_SAME = 82
"""From so much likeness on a question is answered by what was written for another."""


@dataclass(frozen=True, slots=True)
class Group:
    """Questions that are alike: their numbers and texts, and the language of the first."""

    questions: tuple[int, ...]
    texts: tuple[str, ...]
    language: str


class Answering:
    """The editors' way from a question to an answer."""

    def __init__(self, office: Office, telling: Telling, questions: Questions, answers: Answers) -> None:
        self._office = office
        self._telling = telling
        self._questions = questions
        self._answers = answers

    def groups(self) -> tuple[Group, ...]:
        """Return the open questions, like ones together, the largest group first."""
        groups: list[list[tuple[int, str, str]]] = []
        for number, text, language in self._questions.numbered():
            folded = skeleton(text)
            for group in groups:
                if fuzz.token_sort_ratio(folded, skeleton(group[0][1])) >= _ALIKE:
                    group.append((number, text, language))
                    break
            else:
                groups.append([(number, text, language)])
        made = (Group(tuple(n for n, _, _ in g), tuple(t for _, t, _ in g), g[0][2]) for g in groups)
        return tuple(sorted(made, key=lambda group: -len(group.questions)))

    def group(self, question: int) -> Group:
        """Return a question with all that are like it now.

        Raises:
            Mistake: if the question is no longer there.

        """
        found = next((one for one in self.groups() if question in one.questions), None)
        if found is None:
            raise Mistake("no_question")
        return found

    def answer(self, actor: int, questions: Sequence[int], language: str, title: str, body: str) -> int:
        """Answer the questions that somebody has read: at once, in one language; the others are to be translated.

        What came in since stays on the list: nobody has looked whether the answer is one to it.
        Returns how many people are told who wanted to know.

        Raises:
            NotAllowed: if the actor is no staff.
            Mistake: if none of the questions is there any more.

        """
        office = self._office
        with office.acting(actor) as member:
            open_ones = {number: text for number, text, _ in self._questions.numbered() if number in questions}
            if not open_ones:
                raise Mistake("no_question")
            if office.rules.practice:
                raise Mistake("practice")
            office.composer.check_text(title, body)
            texts = tuple(open_ones.values())
            number = self._answers.add(Text(title, body), language, texts, member.id or None, office.now())
            askers = self._questions.askers(tuple(open_ones))
            self._telling.send(askers, self._for_all(language, title, body))
            self._questions.drop(tuple(open_ones))
            office.log(member, "answer", f"answer {number}", None, {"language": language, "title": title, "body": body})
            return len(askers)

    def added(self) -> tuple[Addition, ...]:
        """Return the answers that staff added and that are in force, the newest first."""
        return self._answers.all()

    def addition(self, number: int) -> Addition:
        """Return an answer that staff added; a Mistake if there is none with this number (any more)."""
        found = self._answers.find(number)
        if found is None:
            raise Mistake("no_answer", number=number)
        return found

    def change(self, actor: int, number: int, language: str, title: str, body: str) -> Addition:
        """Give an added answer another text in one language, or its first one; it is in force at once.

        Who was told of it before hears nothing: whom it reached is not kept.

        Raises:
            NotAllowed: if the actor is no staff.
            Mistake: if there is no such answer.
            BadText: if it cannot be shown.

        """
        office = self._office
        with office.acting(actor) as member:
            before = self._in_force(number)
            office.composer.check_text(title, body)
            self._answers.write(number, {**before.texts, language: Text(title, body)})
            changed = self.addition(number)
            office.log(member, "change answer", f"answer {number}", _shown(before), _shown(changed))
            return changed

    def drop(self, actor: int, number: int) -> Addition:
        """Take an added answer back: from now on nobody gets it; return what it was.

        Raises:
            NotAllowed: if the actor is no staff.
            Mistake: if there is no such answer.

        """
        with self._office.acting(actor) as member:
            gone = self._in_force(number)
            self._answers.drop(number)
            self._office.log(member, "drop answer", f"answer {number}", _shown(gone), None)
            return gone

    def _in_force(self, number: int) -> Addition:
        """Return an addition that is to be changed: not while we practise, for it holds for everybody."""
        if self._office.rules.practice:
            raise Mistake("practice")
        return self.addition(number)

    def _for_all(self, language: str, title: str, body: str) -> Mapping[str, Text]:
        """Return an answer in one language for readers of each, who are told that there is no other yet."""
        return {
            code: Text(title, body if code == language else f"{words('none.other_language')}\n\n{body}")
            for code, words in self._office.library.words.items()
        }

    def find(self, text: str) -> Addition | None:
        """Return the addition that answers a question, None if none of them does."""
        folded = skeleton(text)
        if not folded:
            return None
        choices = {
            (addition.id, place): skeleton(question)
            for addition in self._answers.all()
            for place, question in enumerate(addition.questions)
        }
        best = process.extractOne(folded, choices, scorer=fuzz.token_sort_ratio, score_cutoff=_SAME)
        if best is None:
            return None
        return next(addition for addition in self._answers.all() if addition.id == best[2][0])

    def want_to_know(self, address: str, text: str) -> bool:
        """Note that somebody wants to hear the answer to a kept question; return whether it is still there."""
        until = self._office.now() + timedelta(days=KEPT_DAYS)
        return self._questions.want(text, self._office.people.number_of_asker(address), until)

    def exported(self) -> Iterable[tuple[str, str, tuple[str, ...]]]:
        """Yield each addition as a content file for the editors to take over.

        That is its path below content/, its text, and the languages that it is still to be translated into.
        """
        for addition in self._answers.all():
            missing = tuple(code for code in self._office.library.words if code not in addition.texts)
            for language, text in addition.texts.items():
                questions = "\n".join(f"- {question}" for question in addition.questions)
                yield (
                    f"{language}/topics/answer-{addition.id}.md",
                    f"# {text.title}\n\n{text.body}\n\n## questions\n{questions}\n",
                    missing,
                )


def _shown(addition: Addition) -> Mapping[str, object]:
    """Return an addition as the audit log keeps it: its words alone."""
    return {"texts": {language: asdict(text) for language, text in addition.texts.items()}}
