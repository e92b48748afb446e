import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.telegram.formatting import LIMIT, messages
from bot.knowledge.document import Bullets, Document, Paragraph, Role, Span, UnsupportedMarkdown, line, parse, plain


def test_paragraphs_lists_bold_and_links_are_understood() -> None:
    document = parse("Bel **nu** [112](tel:112).\n\n- een\n- twee [hier](https://example.nl/x)")
    assert document == Document(
        (
            Paragraph((Span("Bel "), Span("nu", strong=True), Span(" "), Span("112", link="tel:112"), Span("."))),
            Bullets(((Span("een"),), (Span("twee "), Span("hier", link="https://example.nl/x")))),
        )
    )


@pytest.mark.parametrize("markup", ["*schuin*", "- a\n  - b", "- a\n\n  - b"])
def test_other_markup_is_refused_by_name(markup: str) -> None:
    with pytest.raises(UnsupportedMarkdown):
        parse(markup)


def test_plain_text_shows_a_link_only_where_its_text_does_not() -> None:
    shown = plain(
        parse("[www.rmoekraine.nl](https://www.rmoekraine.nl) en [hier](https://example.nl) en [112](tel:112)")
    )
    assert shown == "www.rmoekraine.nl en hier (https://example.nl) en 112"


def test_telegram_gets_its_own_html_with_everything_escaped() -> None:
    document = line("Titel <1>", Role.TITLE) + parse("Bel [112](tel:112) & [site](https://a.nl/?a=1&b=2)\n\n- **x**")
    assert messages(document) == [
        '<b>Titel &lt;1&gt;</b>\n\nBel 112 &amp; <a href="https://a.nl/?a=1&amp;b=2">site</a>\n\n• <b>x</b>'
    ]


@given(st.lists(st.text(alphabet="aя😀<&>", min_size=1, max_size=3000), min_size=1, max_size=8))
def test_no_telegram_message_is_longer_than_allowed_and_nothing_is_lost(texts: list[str]) -> None:
    document = Document(tuple(Paragraph((Span(text),)) for text in texts))
    parts = messages(document)
    visible = [part.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&") for part in parts]
    assert "\n\n".join(visible) == "\n\n".join(texts)
    assert all(len(part.encode("utf-16-le")) // 2 <= max(LIMIT, 6000) for part in visible)
    assert all(len(part.encode("utf-16-le")) // 2 <= LIMIT or "\n\n" not in part for part in visible)
