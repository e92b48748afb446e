"""The web chat: requests in, pages out."""

import html
import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlite_utils import Database
from starlette.testclient import TestClient

from bot.assistant import Assistant
from bot.channels.web.application import LARGEST_BODY, LONGEST_QUESTION, WebChat, web_app
from bot.channels.web.limiting import RateLimit
from bot.knowledge.library import Library
from bot.store import sessions
from bot.store.questions import Questions
from tests.conftest import NOW, ScriptedFinder

QUESTIONS = {
    "nl": ("Waar vind ik een dokter voor mijn zoon?", "dokter"),
    "uk": ("Як записати дитину до школи, підкажіть", "school-aanmelden"),
    "en": ("Where can I learn the Dutch language here?", "taallessen"),
}


class Seconds:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def seconds() -> Seconds:
    return Seconds()


@pytest.fixture
def client(assistant: Assistant, library: Library, seconds: Seconds) -> Iterator[TestClient]:
    app = web_app(WebChat(assistant, library, clock=lambda: NOW, seconds=seconds))
    with TestClient(app, raise_server_exceptions=False) as made:
        yield made


@pytest.mark.parametrize("language", ["nl", "uk", "en"])
def test_a_conversation_without_javascript(
    client: TestClient, library: Library, finder: ScriptedFinder, language: str
) -> None:
    words = library.words[language]
    text, topic = QUESTIONS[language]
    finder.script[text] = {topic: 0.97}
    assert words("start.greeting") in client.get("/", headers={"Accept-Language": language}).text
    who = client.post("/", data={"action": f"l:{language}"})
    assert f'<html lang="{language}" dir="ltr">' in who.text
    assert words("start.who") in html.unescape(who.text)
    client.post("/", data={"action": "w:oekraine"})
    answer = html.unescape(client.post("/", data={"text": text}).text)
    assert library.entry(topic, language).title in answer
    assert text in answer
    assert words("audience.anderen.label") not in answer


def test_the_page_s_script_gets_only_the_reply(client: TestClient) -> None:
    reply = client.post("/", data={"action": "m"}, headers={"X-Fragment": "1"})
    assert reply.text.lstrip().startswith("<article")
    assert "<html" not in reply.text


def test_the_cookie_is_opaque_and_guarded_and_comes_only_with_the_first_message(client: TestClient) -> None:
    assert "set-cookie" not in client.get("/").headers
    cookie = client.post("/", data={"action": "l:uk"}).headers["set-cookie"]
    assert re.fullmatch(r"wegwijzer=[\w-]{36}; HttpOnly; Path=/; SameSite=lax", cookie)
    assert "set-cookie" not in client.post("/", data={"action": "m"}).headers


def test_choices_come_back_with_the_cookie_and_end_when_it_is_too_old(client: TestClient, library: Library) -> None:
    client.post("/", data={"action": "l:uk"})
    assert library.words["uk"]("start.again") in client.get("/").text
    client.cookies.clear()
    client.cookies.set(sessions.COOKIE, sessions.new_session((NOW - timedelta(days=40)).date()))
    assert library.words["uk"]("start.again") not in client.get("/").text


@pytest.mark.parametrize("path", ["/", "/uk/eropuit", "/nothing/here", "/style.css", "/static/chat.js", "/healthz"])
def test_every_answer_carries_the_guarding_headers(client: TestClient, path: str) -> None:
    headers = client.get(path).headers
    assert "default-src 'none'" in headers["content-security-policy"]
    assert "unsafe" not in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    assert headers["x-frame-options"] == "DENY"


def test_no_page_asks_anything_of_another_server(client: TestClient, library: Library) -> None:
    for path in ("/", "/nl/eropuit"):
        for tag in re.findall(r"<(?:link|script|img|form|iframe)[^>]*>", client.get(path).text):
            assert "http" not in tag
    assert not re.search(r"url\(|@import", client.get("/style.css").text)


@pytest.mark.parametrize("language", ["nl", "uk", "en"])
def test_every_topic_has_a_page_of_its_own_in_every_language(
    client: TestClient, library: Library, language: str
) -> None:
    for topic in library.topics:
        page = client.get(f"/{language}/{topic}")
        assert page.status_code == 200
        assert f'<html lang="{language}"' in page.text
        assert 'hreflang="uk"' in page.text


@pytest.mark.parametrize("path", ["/nl/weg", "/fr/eropuit", "/fr", "/nl/eropuit/x", "/%00", "/.env"])
def test_what_is_not_there_says_so_kindly_and_offers_the_menu(client: TestClient, library: Library, path: str) -> None:
    page = client.get(path)
    assert page.status_code == 404
    assert library.words["nl"]("menu.sections.zorg") in page.text


def test_what_is_typed_is_shown_as_text_and_never_as_markup(client: TestClient) -> None:
    page = client.post("/", data={"text": "<script>alert(1)</script> waar is dat nou"})
    assert "<script>alert" not in page.text
    assert "&lt;script&gt;alert(1)" in page.text


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Sec-Fetch-Site": "same-origin"}, 200),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "http://testserver"}, 200),
        ({}, 200),
    ],
)
def test_a_form_of_another_site_is_refused(client: TestClient, headers: dict[str, str], status: int) -> None:
    assert client.post("/", data={"action": "m"}, headers=headers).status_code == status


def test_a_question_that_is_too_long_is_refused_kindly_and_whole(
    client: TestClient, library: Library, db: Database
) -> None:
    page = client.post("/", data={"text": "a" * (LONGEST_QUESTION + 1)})
    assert page.status_code == 413
    assert library.words["nl"]("web.too_long", most=LONGEST_QUESTION) in page.text
    assert Questions(db).all() == []


def test_a_cry_for_help_is_answered_however_long_it_is(client: TestClient) -> None:
    page = client.post("/", data={"text": "ik heb hulp nodig " * 200 + ". er is brand in de keuken. " + "a " * 200})
    assert page.status_code == 200
    assert "Nood: bel" in page.text


def test_who_gets_no_answer_gets_the_numbers_to_call(client: TestClient, library: Library) -> None:
    too_long = client.post("/", data={"text": "a" * (LONGEST_QUESTION + 1)})
    for _ in range(20):
        too_often = client.post("/", data={"text": "er is brand"})
    nowhere = client.get("/nl/dat-is-er-niet")
    far_too_long = client.post("/", data={"text": "a" * LARGEST_BODY})
    for page in (too_long, far_too_long, too_often, nowhere):
        assert page.status_code in (404, 413, 429)
        for number in ("emergency_number", "suicide_number_free"):
            assert str(library.facts[number].value) in page.text


@pytest.mark.parametrize("body", ["x" * (LARGEST_BODY + 1), "text=" + "a&" * LARGEST_BODY])
def test_a_body_that_is_too_large_is_cut_short(client: TestClient, body: str) -> None:
    page = client.post("/", content=body, headers={"Content-Type": "application/x-www-form-urlencoded"})
    assert (page.status_code, page.headers["connection"]) == (413, "close")
    assert str(LONGEST_QUESTION) in page.text.replace(".", "")


def test_who_asks_too_often_is_told_how_long_to_wait(client: TestClient, seconds: Seconds) -> None:
    statuses = [client.post("/", data={"action": "m"}).status_code for _ in range(22)]
    assert statuses == [200] * 20 + [429] * 2
    refused = client.post("/", data={"action": "m"})
    seconds.now += int(refused.headers["retry-after"])
    assert client.post("/", data={"action": "m"}).status_code == 200


def test_the_limit_counts_clients_apart_and_forgets_them() -> None:
    seconds = Seconds()
    limit = RateLimit(seconds, burst=2, per_minute=60)
    assert [limit.wait("a") for _ in range(3)] == [0, 0, 1]
    assert limit.wait("b") == 0
    seconds.now += 3
    assert limit.wait("c") == 0
    assert list(limit._buckets) == ["c"]


def test_a_fault_of_ours_is_a_kind_page_without_a_trace(
    client: TestClient, assistant: Assistant, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("geheim")

    # A fault of our own cannot be ordered from outside.
    monkeypatch.setattr(assistant, "handle", broken)
    page = client.post("/", data={"text": "geheim"}, headers={"Accept-Language": "en"})
    assert page.status_code == 500
    assert "112" in page.text
    assert "Traceback" not in page.text
    assert "geheim" not in caplog.text


def test_telegram_s_webhook_wants_its_secret(assistant: Assistant, library: Library) -> None:
    received: list[object] = []

    async def receive(update: object) -> bool:
        received.append(update)
        return True

    chat = WebChat(assistant, library, clock=lambda: NOW)
    client = TestClient(web_app(chat, webhook_path="/telegram", webhook=receive, secret="s3cret"))  # noqa: S106 - no secret
    assert client.post("/telegram", json={"update_id": 1}).status_code == 403
    header = "X-Telegram-Bot-Api-Secret-Token"
    assert client.post("/telegram", json={"update_id": 2}, headers={header: "wrong"}).status_code == 403
    assert client.post("/telegram", json={"update_id": 3}, headers={header: "s3cret"}).status_code == 200
    assert received == [{"update_id": 3}]
    assert client.post("/telegram", content=b"{", headers={header: "s3cret"}).status_code == 400
    assert client.post("/telegram", content=b"\xff\xfe", headers={header: "s3cret"}).status_code == 400
    assert received == [{"update_id": 3}]
