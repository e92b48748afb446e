"""A content folder that is read in a moment: a few real topics in all languages, and a safety net of a few words.

For tests of what surrounds the content (commands, starting, learning); what is said is tested on the real content.
"""

import shutil
from pathlib import Path

import yaml

from tests.conftest import CONTENT

WORDS_OF_DANGER = "crisis:\n  - (wil) .. (dood)\nemergency:\n  - (huis) .. (brand)\n"
DANGER = """
crisis: [ik wil niet meer leven, ik maak er een einde aan, zij wil zelfmoord plegen, niemand zal mij missen, ik spring]
emergency: [er is brand in de keuken, hij slaat mij nu, mijn kind ademt niet, iemand heeft een mes, overal is bloed]
harmless: [ik verveel me dood, de batterij is leeg, mijn rug doet pijn, het is hier koud, de buren zijn luid]
"""
TOPICS = ("dokter", "empatia", "eropuit", "crisis", "noodgeval")


def small_content(folder: Path) -> Path:
    """Make the folder `content` in a folder, and return it."""
    content = folder / "content"
    structure = yaml.safe_load((CONTENT / "topics.yaml").read_text(encoding="utf-8"))
    groups = {
        group: {topic: {**about, "related": []} for topic, about in members.items() if topic in TOPICS}
        for group, members in structure["groups"].items()
    }
    content.mkdir(parents=True)
    for name in ("facts.yaml", "announcements.yaml"):
        shutil.copy(CONTENT / name, content)
    (content / "topics.yaml").write_text(
        yaml.safe_dump({"groups": groups, "menu": structure["menu"], "elsewhere": []}), encoding="utf-8"
    )
    for language in (path.parent for path in CONTENT.glob("*/language.yaml")):
        here = content / language.name
        shutil.copytree(
            language,
            here,
            ignore=shutil.ignore_patterns(
                "topics", "elsewhere", "safety.yaml", "test-questions.yaml", "danger-examples.yaml"
            ),
        )
        (here / "topics").mkdir()
        for topic in TOPICS:
            shutil.copy(language / "topics" / f"{topic}.md", here / "topics")
        outside = (here / "outside.md").read_text(encoding="utf-8").splitlines(keepends=True)
        (here / "outside.md").write_text("".join(outside[:40]), encoding="utf-8")
        (here / "safety.yaml").write_text(WORDS_OF_DANGER, encoding="utf-8")
        (here / "danger-examples.yaml").write_text(DANGER, encoding="utf-8")
    return content
