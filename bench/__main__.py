"""Measure the finder beside its alternatives, on the same content and questions, in one run.

    make bench                                          bench/questions.jsonl
    make bench QUESTIONS=path/to/questions.jsonl        others: {"lang", "text", "accept": [...], "kind"} a line

A kind is "answer", "none" (nothing of ours answers it), "crisis" or "emergency"; `accept` lists the topics that a fair
judge would take for a right answer, the best first.

Measured are the accuracy of all finders; what people would see (sure, choices, nothing) and calibration for ours;
milliseconds a question; readiness and memory of the whole assistant, each in a process of its own; the growth of
`ask --jsonl`.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil
from rank_bm25 import BM25Okapi
from rapidfuzz import fuzz, process

from bot.app import build_finder, build_knowledge
from bot.knowledge.library import OUTSIDE, Library, load
from bot.knowledge.understanding import Kind, Verdict
from bot.settings import CHECKOUT, Settings

Rank = Callable[[str], Sequence[str]]
QUESTIONS = CHECKOUT / "bench" / "questions.jsonl"


@dataclass(frozen=True, slots=True)
class Question:
    """A question with the topics that may answer it (none: nothing of ours should)."""

    language: str
    text: str
    accept: tuple[str, ...]
    kind: str


def main() -> None:
    """Run the measurements that were asked for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--questions", type=Path, default=QUESTIONS, help="a JSONL file (%(default)s)")
    parser.add_argument("--ready", choices=["light", "semantic"], help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.ready:
        _ready(options.ready)
        return
    library = load(CHECKOUT / "content")
    questions = read(options.questions)
    unknown = {label for question in questions for label in question.accept} - set(library.topics)
    if unknown:
        parser.error(f"{options.questions}: no such topic: {', '.join(sorted(unknown))}")
    print(f"{len(questions)} questions, {sum(q.kind == 'answer' for q in questions)} in scope\n")
    compare(library, questions)
    for finder in ("light", "semantic"):
        seen(finder, questions)
    for finder in ("light", "semantic"):
        print(subprocess.run(  # noqa: S603 - our own interpreter and module
            [sys.executable, "-m", "bench", "--ready", finder], capture_output=True, text=True, check=True
        ).stdout.strip())  # fmt: skip
    many_lines()


def read(path: Path) -> list[Question]:
    """Return the questions of a JSONL file."""
    lines = path.read_text(encoding="utf-8").splitlines()
    rows = (json.loads(line) for line in lines if line.strip())
    return [Question(row["lang"], row["text"], tuple(row["accept"]), row["kind"]) for row in rows]


# --- accuracy and speed beside the alternatives --------------------------------------------------------------


def compare(library: Library, questions: Sequence[Question]) -> None:
    """Print accuracy and time per question of every finder on the questions in scope."""
    asked = [question for question in questions if question.kind == "answer"]
    languages = sorted({question.language for question in asked})
    print(
        f"{'finder':26}{'at once':>9}{'of 3':>7}"
        + "".join(f"{code:>12}" for code in languages)
        + f"{'ms p50':>9}{'p99':>7}"
    )
    for name, rank in finders(library).items():
        found, times = [], []
        for question in asked:
            start = time.perf_counter()
            found.append(rank(question.text))
            times.append((time.perf_counter() - start) * 1000)
        first = [bool(set(labels[:1]) & set(q.accept)) for labels, q in zip(found, asked, strict=True)]
        three = [bool(set(labels[:3]) & set(q.accept)) for labels, q in zip(found, asked, strict=True)]
        cells = "".join(
            f"{share(hit for hit, q in zip(first, asked, strict=True) if q.language == code):>6.0%}/"
            f"{share(hit for hit, q in zip(three, asked, strict=True) if q.language == code):<5.0%}"
            for code in languages
        )
        p99 = sorted(times)[int(len(times) * 0.99)]
        print(f"{name:26}{share(first):>9.1%}{share(three):>7.1%}{cells}{statistics.median(times):>9.2f}{p99:>7.2f}")
    print()


def finders(library: Library) -> Mapping[str, Rank]:
    """Return the finders to compare, by name: each ranks labels for a question."""
    rows = [row for row in library.examples() if row[0] != OUTSIDE]
    texts, labels = [text for _, _, text in rows], [label for label, _, _ in rows]
    bm25 = BM25Okapi([text.casefold().split() for text in texts])

    def by_rapidfuzz(question: str) -> Sequence[str]:
        return _distinct(
            labels[index] for _, _, index in process.extract(question, texts, scorer=fuzz.WRatio, limit=20)
        )

    def by_bm25(question: str) -> Sequence[str]:
        scores = bm25.get_scores(question.casefold().split())
        return _distinct(labels[int(index)] for index in (-scores).argsort()[:40])

    made: dict[str, Rank] = {"rapidfuzz WRatio": by_rapidfuzz, "BM25 (rank-bm25)": by_bm25}
    for name in ("light", "semantic"):
        finder, _ = build_finder(library, name)
        made[f"wegwijzer {name}"] = lambda text, finder=finder: [one.label for one in finder.rank(text).best[:3]]  # type: ignore[misc] # mypy: default of a lambda
    return made


def _distinct(labels: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(labels))


def share(hits: Iterable[bool]) -> float:
    """Return the share of true values."""
    values = list(hits)
    return sum(values) / len(values) if values else float("nan")


# --- what people would see -----------------------------------------------------------------------------------


def seen(finder: str, questions: Sequence[Question]) -> None:
    """Print what people would get: right, wrong, a choice, nothing; per language; and the calibration."""
    knowledge = build_knowledge(Settings.model_validate({"finder": finder}))
    verdicts = [knowledge.understanding.understand(question.text) for question in questions]
    pairs = list(zip(questions, verdicts, strict=True))
    print(f"--- what people see: {knowledge.finder_status}")
    inside = [(q, v) for q, v in pairs if q.kind == "answer"]
    for code in ("all", *sorted({q.language for q, _ in inside})):
        chosen = [(q, v) for q, v in inside if code in ("all", q.language)]
        print(
            f"{code:5} n={len(chosen):4}  right at once {share(_right(q, v) for q, v in chosen):.1%}"
            f"   or among the choices {share(_right(q, v) or _offered(q, v) for q, v in chosen):.1%}"
            f"   best three {share(_three(q, v) for q, v in chosen):.1%}"
            f"   wrong shown as sure {share(_wrong(q, v) for q, v in chosen):.1%}"
        )
    out = [(q, v) for q, v in pairs if q.kind == "none"]
    if out:
        held_back = share(v.kind is not Kind.ANSWER for _, v in out)
        print(f"out of scope not answered as if known {held_back:.1%} of {len(out)}")
    for kind in (Kind.CRISIS, Kind.EMERGENCY):
        chosen = [(q, v) for q, v in pairs if q.kind == kind]
        if chosen:
            noticed = share(v.kind in (Kind.CRISIS, Kind.EMERGENCY) for _, v in chosen)
            print(f"{kind} noticed {noticed:.1%} of {len(chosen)}")
    calm = [(q, v) for q, v in pairs if q.kind in ("answer", "none")]
    print(f"false alarms {share(v.kind in (Kind.CRISIS, Kind.EMERGENCY) for _, v in calm):.1%} of {len(calm)}")
    calibration(inside)
    print()


def calibration(pairs: Sequence[tuple[Question, Verdict]]) -> None:
    """Print, per band of certainty, how often the first topic was right."""
    bands = [(0.0, 0.3), (0.3, 0.5), (0.5, 0.7), (0.7, 0.9), (0.9, 1.01)]
    cells = []
    for low, high in bands:
        inside = [q for q in pairs if q[1].topics and low <= q[1].topics[0].probability < high]
        if inside:
            said = statistics.mean(v.topics[0].probability for _, v in inside)
            right = share(v.topics[0].label in q.accept for q, v in inside)
            cells.append(f"{said:.0%} said {right:.0%} right (n={len(inside)})")
    print("calibration: " + "; ".join(cells))


def _right(question: Question, verdict: Verdict) -> bool:
    return verdict.kind is Kind.ANSWER and verdict.label in question.accept


def _wrong(question: Question, verdict: Verdict) -> bool:
    return verdict.kind in (Kind.ANSWER, Kind.ELSEWHERE) and verdict.label not in question.accept


def _offered(question: Question, verdict: Verdict) -> bool:
    return bool(set(verdict.offers) & set(question.accept))


def _three(question: Question, verdict: Verdict) -> bool:
    return any(ranked.label in question.accept for ranked in verdict.topics)


# --- readiness and memory ------------------------------------------------------------------------------------


def _ready(finder: str) -> None:
    """In a process of its own: print how long the knowledge takes to be ready, and the memory it takes."""
    start = time.perf_counter()
    knowledge = build_knowledge(Settings.model_validate({"finder": finder}))
    knowledge.understanding.understand("hoe kom ik aan een huisarts")
    seconds = time.perf_counter() - start
    for number in range(200):
        knowledge.understanding.understand(f"waar is de school {number}")
    # Not getrusage: that of a child begins with what its parent had.
    status = Path("/proc/self/status").read_text(encoding="ascii")
    peak = int(next(line for line in status.splitlines() if line.startswith("VmHWM")).split()[1]) / 1024
    print(f"{finder}: ready with the first answer after {seconds:.2f} s, {peak:.0f} MB at most")


def many_lines(marks: Sequence[int] = (1_000, 10_000)) -> None:
    """Print the memory of `wegwijzer ask --jsonl` after so many lines, each answered before the next is asked."""
    command = [sys.executable, "-c", "from bot.cli import main; main()", "ask", "--jsonl"]
    with subprocess.Popen(  # noqa: S603 - our own interpreter and module
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env={**os.environ, "WEGWIJZER_FINDER": "light"}
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        cells = []
        for number in range(1, marks[-1] + 1):
            question = {"id": number, "text": f"Де школа для дитини номер {number}?"}
            process.stdin.write(json.dumps(question).encode() + b"\n")
            process.stdin.flush()
            assert json.loads(process.stdout.readline())["id"] == number
            if number in marks:
                cells.append(f"{psutil.Process(process.pid).memory_info().rss / 2**20:.1f} MB after {number} lines")
        process.stdin.close()
    print(f"ask --jsonl, light: {', '.join(cells)}")


if __name__ == "__main__":
    main()
