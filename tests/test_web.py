"""The web chat: requests in, pages out."""

import html
import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from httpx2 import Response
from sqlite_utils import Database
from starlette.testclient import TestClient

from bot.assistant import Assistant
from bot.channels.web.application import LARGEST_BODY, LONGEST_QUESTION, WebChat, web_app
from bot.channels.web.limiting import RateLimit
from bot.knowledge.library import Library
from bot.store import sessions
from bot.store.helped import Helped
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


def _broken(*_: object) -> None:
    raise RuntimeError("geheim")


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


def test_what_is_typed_keeps_its_own_direction(client: TestClient) -> None:
    page = client.post("/", data={"text": "مرحبا!"}).text
    assert "<bdi>مرحبا!</bdi>" in page
    assert re.search(r'<textarea[^>]* dir="auto"', page)


def test_without_javascript_too_another_language_goes_on_with_what_was_shown_last(
    client: TestClient, library: Library, finder: ScriptedFinder
) -> None:
    text, topic = QUESTIONS["nl"]
    finder.script[text] = {topic: 0.97}
    page = client.post("/", data={"text": text}).text
    (chooser,) = re.findall(r'value="(l:uk[^"]*)"', page)
    assert library.entry(topic, "uk").title in html.unescape(client.post("/", data={"action": chooser}).text)


def test_every_page_leads_to_the_bot_in_telegram_where_there_is_one(assistant: Assistant, library: Library) -> None:
    for name, there in (("heemstede_bot", True), ("", False)):
        chat = WebChat(assistant, library, clock=lambda: NOW, bot_name=lambda name=name: name)  # type: ignore[misc] # bound now
        page = TestClient(web_app(chat)).get("/nl/eropuit").text
        assert ("https://t.me/" in page, f"https://t.me/{name}" in page) == (there, there)


def test_the_page_s_script_gets_only_the_reply(client: TestClient) -> None:
    reply = client.post("/", data={"action": "m"}, headers={"X-Fragment": "1"})
    assert reply.text.lstrip().startswith("<article")
    assert "<html" not in reply.text


def test_the_cookie_is_opaque_and_guarded_and_comes_only_with_the_first_message(client: TestClient) -> None:
    assert "set-cookie" not in client.get("/").headers
    cookie = client.post("/", data={"action": "l:uk"}).headers["set-cookie"]
    assert re.fullmatch(r"wegwijzer=[\w-]{36}; HttpOnly; Path=/; SameSite=lax", cookie)
    assert "set-cookie" not in client.post("/", data={"action": "m"}).headers


def test_stop_takes_the_cookie_away_as_well(client: TestClient) -> None:
    client.post("/", data={"action": "l:uk"})
    assert sessions.COOKIE in client.cookies
    client.post("/", data={"text": "стоп"})
    assert sessions.COOKIE not in client.cookies


@pytest.mark.parametrize(
    ("wanted", "language"),
    [
        ("nl;q=0.1, uk;q=0.9", "uk"),
        ("pl, en;q=0.8, uk;q=0.9", "uk"),
        ("uk;q=0, en;q=0.2", "en"),
        ("ru-RU,ru;q=0.9,en;q=0.8", "uk"),
        ("en; q=0.5 , UK-ua ; q=0.7", "uk"),
        ("uk;q=much, en;q=0.9", "uk"),
        ("ar, tr", "nl"),
        ("", "nl"),
        (";;,=;q=,", "nl"),
    ],
)
def test_the_first_greeting_is_in_the_language_that_the_browser_wants_most(
    client: TestClient, wanted: str, language: str
) -> None:
    assert f'<html lang="{language}"' in client.get("/", headers={"Accept-Language": wanted}).text


@pytest.mark.parametrize("data", [{"action": "m"}, {"action": "s"}, {"text": " "}, {"text": "a" * 2001}])
def test_who_has_chosen_no_language_is_answered_in_that_of_the_page(client: TestClient, data: dict[str, str]) -> None:
    page = client.post("/", data={**data, "language": "uk"}, headers={"Accept-Language": "en"})
    assert '<html lang="uk"' in page.text
    assert page.text.count('<input type="hidden" name="language" value="uk">') == 3
    for forged in ("xx", ""):
        page = client.post("/", data={**data, "language": forged}, headers={"Accept-Language": "en"})
        assert '<html lang="en"' in page.text


@pytest.mark.parametrize(
    ("text", "word"),
    [("/language", "language.choose"), ("/Privacy ", "privacy.title"), ("/menu", "menu.title"), ("/help", "help.text")],
)
def test_a_command_with_a_slash_is_of_no_language(client: TestClient, library: Library, text: str, word: str) -> None:
    page = client.post("/", data={"text": text, "language": "uk"})
    assert '<html lang="uk"' in page.text
    assert library.words["uk"](word) in html.unescape(page.text)


def test_a_slash_before_a_cry_for_help_hides_nothing(client: TestClient) -> None:
    assert "Nood: bel" in client.post("/", data={"text": "/er is brand"}).text


def test_what_was_chosen_goes_before_the_language_of_the_page(client: TestClient) -> None:
    client.post("/", data={"action": "l:uk"})
    assert '<html lang="uk"' in client.post("/", data={"action": "m", "language": "en"}).text


def test_the_files_of_a_page_are_kept_by_the_browser_until_they_change(client: TestClient) -> None:
    files = set(re.findall(r'(?:src|href)="(/(?:static/|style)[^"]*)"', client.get("/").text))
    assert len(files) == 3
    for file in files:
        assert "immutable" in client.get(file).headers["cache-control"]
        assert client.get(file.split("?")[0]).headers["cache-control"] == "no-cache"
        assert client.get(f"{file}0").headers["cache-control"] == "no-cache"


def test_choices_come_back_with_the_cookie_and_end_when_it_is_too_old(client: TestClient, library: Library) -> None:
    client.post("/", data={"action": "l:uk"})
    assert library.words["uk"]("start.again") in client.get("/").text
    client.cookies.clear()
    client.cookies.set(sessions.COOKIE, sessions.new_session((NOW - timedelta(days=40)).date()))
    assert library.words["uk"]("start.again") not in client.get("/").text


def guarded(answer: Response) -> bool:
    headers = answer.headers
    return (
        "default-src 'none'" in headers["content-security-policy"]
        and "unsafe" not in headers["content-security-policy"]
        and headers["x-content-type-options"] == "nosniff"
        and headers["referrer-policy"] == "same-origin"
        and headers["x-frame-options"] == "DENY"
    )


@pytest.mark.parametrize("path", ["/", "/uk/eropuit", "/nothing/here", "/style.css", "/static/chat.js", "/healthz"])
def test_every_answer_carries_the_guarding_headers(client: TestClient, path: str) -> None:
    assert guarded(client.get(path))


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


@pytest.mark.parametrize(
    ("asked", "sent_to"), [("/ru", "/uk"), ("/ru/", "/uk/"), ("/ru/eropuit", "/uk/eropuit"), ("/ru/weg", "/uk/weg")]
)
def test_who_names_a_language_that_another_answers_for_is_sent_to_that_one(
    client: TestClient, asked: str, sent_to: str
) -> None:
    answer = client.get(asked, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (302, sent_to)


def test_a_page_that_is_loaded_again_sends_nothing_twice(
    client: TestClient, db: Database, finder: ScriptedFinder
) -> None:
    finder.script["Waar vind ik een dokter voor mijn zoon?"] = {"dokter": 0.97}
    answer = client.post("/", data={"text": "Waar vind ik een dokter voor mijn zoon?"}).text
    up, down = re.findall(r'value="([yn]:[^"]*)"', answer)
    for data in ({"action": down}, {"action": down}, {"action": up}, *[{"text": "wie won de koers van gisteren"}] * 2):
        client.post("/", data=data)
    assert Helped(db).all() == [{"topic": "dokter", "language": "nl", "yes": 0, "no": 1}]
    assert len(Questions(db).all()) == 2


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
    for _ in range(22):
        too_often = client.post("/", data={"text": "waar is de dokter"})
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
    client.post("/", data={"action": "m"})  # which brings the cookie
    statuses = [client.post("/", data={"action": "m"}).status_code for _ in range(22)]
    assert statuses == [200] * 20 + [429] * 2
    refused = client.post("/", data={"action": "m"})
    seconds.now += int(refused.headers["retry-after"])
    assert client.post("/", data={"action": "m"}).status_code == 200


def test_a_cry_for_help_is_answered_however_often_one_asks(client: TestClient) -> None:
    pages = [client.post("/", data={"text": "er is brand"}) for _ in range(30)]
    assert all("Nood: bel" in page.text for page in pages)


CROWDS: dict[str, list[tuple[str, int | None]]] = {
    "a shelter with one address": [("203.0.113.7", person) for person in range(60)],
    "one house with all addresses of IPv6": [(f"2001:db8:1:2::{count:x}", None) for count in range(300)],
    "one address that takes no cookie": [("203.0.113.7", None)] * 300,
    "many houses": [(f"2001:db8:1:{count:x}::1", None) for count in range(300)],
}


@pytest.mark.parametrize(
    ("crowd", "each", "refused"),
    [
        ("a shelter with one address", 3, 0),
        ("one house with all addresses of IPv6", 1, 100),
        ("one address that takes no cookie", 1, 100),
        ("many houses", 1, 0),
    ],
)
def test_people_are_counted_apart_and_a_house_together(
    assistant: Assistant, library: Library, seconds: Seconds, crowd: str, each: int, refused: int
) -> None:
    app = web_app(WebChat(assistant, library, clock=lambda: NOW, seconds=seconds))
    statuses = []
    for address, person in CROWDS[crowd]:
        client = TestClient(app, client=(address, 50000))
        if person is not None:
            client.cookies.set(sessions.COOKIE, sessions.new_session(NOW.date()))
        for _ in range(each):
            statuses.append(client.post("/", data={"action": "m"}, headers={"X-Fragment": "1"}).status_code)
            if person is None:
                client.cookies.clear()
    assert statuses.count(429) == refused


def test_a_proxy_that_is_not_trusted_is_named_once(client: TestClient, caplog: pytest.LogCaptureFixture) -> None:
    for forwarded in ("testclient", "203.0.113.7", "203.0.113.8"):
        client.post("/", data={"action": "m"}, headers={"X-Forwarded-For": forwarded})
    assert [message for message in caplog.messages if "WEGWIJZER_TRUSTED_PROXIES" in message] == caplog.messages
    assert len(caplog.messages) == 1
    assert "203.0.113" not in caplog.text


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
    # A fault of our own cannot be ordered from outside.
    monkeypatch.setattr(assistant, "handle", _broken)
    page = client.post("/", data={"text": "geheim"}, headers={"Accept-Language": "en"})
    assert page.status_code == 500
    assert guarded(page)
    assert page.headers["cache-control"] == "no-store"
    assert "112" in page.text
    assert "Traceback" not in page.text
    assert "geheim" not in caplog.text


def test_where_not_even_the_apology_can_be_made_the_number_to_call_is_there_in_every_language(
    client: TestClient, assistant: Assistant, library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(assistant, "handle", _broken)
    monkeypatch.setattr(assistant, "trouble", _broken)
    page = client.post("/", data={"text": "geheim"}, headers={"X-Fragment": "1"})
    assert page.status_code == 500
    assert guarded(page)
    assert '<article class="reply"' in page.text  # which the page's script shows
    for language in library.spoken:
        assert f'lang="{language.code}"' in page.text
        assert library.words[language.code]("trouble.failed", emergency_number="|").split("|")[0] in page.text
    assert page.text.count('href="tel:112"') == len(library.spoken)


@pytest.mark.parametrize(
    ("method", "path", "headers", "body", "status"),
    [
        ("POST", "/nl/eropuit", {}, b"", 405),
        ("PUT", "/", {}, b"", 405),
        ("POST", "/", {"Origin": "null"}, b"action=m", 403),
        ("POST", "/", {"Content-Type": "multipart/form-data"}, b"xx", 400),
    ],
)
def test_what_cannot_be_taken_is_not_called_a_fault_that_goes_away(
    client: TestClient, library: Library, method: str, path: str, headers: dict[str, str], body: bytes, status: int
) -> None:
    page = client.request(method, path, headers=headers, content=body)
    assert page.status_code == status
    assert library.words["nl"]("web.refused") in html.unescape(page.text)
    assert str(library.facts["suicide_number_free"].value) in page.text
    assert ("allow" in page.headers) == (status == 405)


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
