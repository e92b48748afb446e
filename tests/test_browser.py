"""The web chat in a real browser: with and without JavaScript, and axe-core over every state of the page.

Where no Chromium is installed these tests are skipped and say so; CI installs it (.ci/run) and sets
REQUIRE_BROWSER, under which a missing browser is a failure.
"""

import os
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import uvicorn
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, Route, expect, sync_playwright

from bot.app import Store, build_assistant, build_desk, build_knowledge, memory_store
from bot.channels.web.application import WebChat, web_app
from bot.knowledge.facts import NUMBERS_IN_DANGER
from bot.knowledge.library import Library
from bot.settings import Settings
from tests.conftest import NOW
from tests.desk import publish

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
REQUIRED = bool(os.environ.get("REQUIRE_BROWSER"))
pytestmark = [
    pytest.mark.skipif(CHROMIUM is None and not REQUIRED, reason="NO CHROMIUM: the accessibility tests did NOT run"),
    pytest.mark.xdist_group("browser"),
]
# Chromium must not look for updates or syncing partners while it is tested.
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
             "--disable-component-update", "--disable-sync",
             "--host-resolver-rules=MAP in.the.house 127.0.0.1"]  # fmt: skip


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    knowledge = build_knowledge(Settings(finder="light"))
    store: Store = memory_store()
    # The rate limit has its own tests; here one browser opens page after page.
    clock = iter(range(0, 10_000_000, 60))
    settings = Settings(finder="light", solo=True)
    desk = build_desk(knowledge.library, store.db, store.sealer, settings, lambda: NOW)
    publish(desk)
    chat = WebChat(
        build_assistant(knowledge, store, desk, settings), knowledge.library, clock=lambda: NOW,
        seconds=lambda: next(clock), board=desk.board,
    )  # fmt: skip
    config = uvicorn.Config(web_app(chat), port=0, log_level="critical", lifespan="off")
    server = uvicorn.Server(config)
    listening = config.bind_socket()
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    server.should_exit = True
    thread.join(5)
    listening.close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield launched
        launched.close()


ASK = {"nl": "Hoe vraag ik Eropuit aan?", "uk": "як подати на Eropuit для дітей", "en": "How do I apply for Eropuit?"}
CRISIS = {"nl": "ik wil niet meer leven", "uk": "я не хочу більше жити", "en": "I want to kill myself"}
NONSENSE = "qqq zzz xxyy"


def type_in(page: Page, text: str) -> None:
    count = page.locator("article.reply").count()
    page.fill("#question", text)
    page.press("#question", "Enter")
    expect(page.locator("article.reply")).to_have_count(count + 1)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("language", ["nl", "uk", "en"])
def test_every_state_of_the_page_is_accessible(browser: Browser, site: str, language: str, scheme: str) -> None:
    context = browser.new_context(locale=language, color_scheme=scheme, viewport={"width": 390, "height": 844})  # type: ignore[arg-type] # one of its literals
    page, axe = context.new_page(), Axe()
    failures: dict[str, str] = {}

    def look(state: str) -> None:
        found = axe.run(
            page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
        )
        if found.violations_count:
            failures[state] = found.generate_report()

    page.goto(site)
    look("greeting")
    with page.expect_navigation():  # without it axe may still look at the page that is left
        page.locator(f"header button[value='l:{language}']").click()
    look("who are you")
    page.locator("button[value='w:oekraine']").click()
    expect(page.locator("article.reply")).to_have_count(2)
    look("menu")
    page.locator("button[value='g:zorg']").last.click()
    expect(page.locator("article.reply")).to_have_count(3)
    look("section")
    type_in(page, ASK[language])
    look("answer")
    type_in(page, CRISIS[language])
    look("crisis")
    type_in(page, NONSENSE)
    look("no answer")
    published = (f"/{language}/agenda", f"/{language}/brieven", f"/{language}/brieven/herenweg-55")
    for path in (f"/{language}/eropuit", f"/{language}/crisis", f"/{language}", "/nl/weg", *published):
        page.goto(site + path)
        look(path)
    context.close()
    assert not failures, "\n".join(f"{state}:\n{report}" for state, report in failures.items())


def test_typing_reloads_nothing_keeps_the_focus_and_shows_the_answer(browser: Browser, site: str) -> None:
    page = browser.new_page(locale="en")
    page.goto(site)
    page.evaluate("window.stillHere = true")
    type_in(page, ASK["en"])
    assert page.evaluate("window.stillHere")
    expect(page.locator(".asked")).to_have_text("You: " + ASK["en"])
    expect(page.locator("#question")).to_be_focused()
    expect(page.locator("#question")).to_have_value("")
    expect(page.locator("article.reply").last).to_contain_text("Eropuit")
    page.locator("article.reply").last.locator("button[value='m']").click()
    expect(page.locator("article.reply").last).to_be_focused()
    page.close()


def test_what_could_not_be_sent_comes_back_into_the_field(browser: Browser, site: str) -> None:
    page = browser.new_page(locale="en")
    page.goto(site)
    page.route("**/*", lambda route: route.abort())
    page.fill("#question", "where is the doctor")
    page.press("#question", "Enter")
    expect(page.locator(".notice")).to_be_visible()
    expect(page.locator("#question")).to_have_value("where is the doctor")
    page.close()


def test_who_cannot_reach_us_is_told_whom_to_call(browser: Browser, site: str, library: Library) -> None:
    page = browser.new_page(locale="uk")
    page.goto(f"{site}/uk")
    page.route("**/*", lambda route: route.abort())
    page.fill("#question", CRISIS["uk"])
    page.press("#question", "Enter")
    for name in NUMBERS_IN_DANGER:
        number = str(library.facts[name].value)
        expect(page.locator(".notice").get_by_role("link", name=number, exact=True)).to_be_visible()
    expect(page.locator("#hint a")).to_have_attribute("href", "tel:112")
    page.close()


@pytest.mark.parametrize("cookies", [True, False])
def test_a_press_on_a_page_is_answered_in_the_language_of_that_page(
    browser: Browser, site: str, *, cookies: bool
) -> None:
    context = browser.new_context(locale="pl")
    page = context.new_page()
    if not cookies:
        context.route("**/*", lambda route: route.continue_(headers=_without_cookie(route.request.headers)))
    page.goto(f"{site}/uk/eropuit")
    for press in ("m", "g:zorg"):
        page.locator(f"button[value='{press}']").last.click()
        expect(page.locator("article.reply").last.locator(f"button[value='{press}']")).to_have_count(0)
        expect(page.locator("article.reply").last).to_have_attribute("lang", "uk")
    page.fill("#question", "стоп")
    page.press("#question", "Enter")
    page.locator("button[value='s']").click()
    expect(page.locator("article.reply").last.locator("button[value='l:uk']")).to_be_visible()
    expect(page.locator("article.reply").last).to_have_attribute("lang", "uk")
    context.close()


def _without_cookie(headers: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in headers.items() if name != "cookie"}


def test_a_proxy_s_own_page_is_not_taken_for_an_answer(browser: Browser, site: str) -> None:
    page = browser.new_page(locale="en")
    page.goto(site)
    page.route(
        "**/*", lambda route: route.fulfill(status=502, content_type="text/html", body="<h1>502 Bad Gateway</h1>")
    )
    page.fill("#question", "where is the doctor")
    page.press("#question", "Enter")
    expect(page.locator(".notice")).to_be_visible()
    expect(page.locator("#log")).not_to_contain_text("Bad Gateway")
    expect(page.locator("#question")).to_have_value("where is the doctor")
    page.close()


def test_a_thumb_that_did_not_arrive_can_be_pressed_again(browser: Browser, site: str) -> None:
    page = browser.new_page(locale="en")
    page.goto(site)
    type_in(page, ASK["en"])
    thumb = page.locator("button[value^='y:']")
    page.route("**/*", lambda route: route.abort())
    thumb.click()
    expect(page.locator(".notice")).to_be_visible()
    page.unroute("**/*")
    expect(page.get_by_role("group", name="Did this help?")).to_have_count(1)
    thumb.click()
    expect(page.locator("article.reply")).to_have_count(3)
    expect(thumb).to_have_count(0)
    expect(page.get_by_text("Did this help?")).to_have_count(0)
    page.close()


def test_pressing_twice_in_a_hurry_asks_once(browser: Browser, site: str) -> None:
    page = browser.new_page(locale="en")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.method))
    page.goto(site)
    type_in(page, ASK["en"])
    page.locator("article.reply").last.locator("button[value='m']").dblclick()
    expect(page.locator("article.reply")).to_have_count(3)
    assert asked.count("POST") == 2
    page.close()


def test_loading_the_page_again_after_choosing_a_language_sends_nothing_again(browser: Browser, site: str) -> None:
    page = browser.new_page(locale="en")
    page.goto(site)
    page.locator("header button[value='l:uk']").click()
    page.wait_for_load_state()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.method))
    page.reload()
    expect(page.locator("html")).to_have_attribute("lang", "uk")
    assert set(asked) == {"GET"}
    page.close()


HALF_HIDDEN = """() => {
    const focused = document.activeElement;
    const box = focused.getClientRects()[0];
    return [[0.1, 0.2], [0.5, 0.5], [0.9, 0.8]].some(([x, y]) => {
        const top = document.elementFromPoint(box.left + box.width * x, box.top + box.height * y);
        return !focused.contains(top);
    });
}"""


@pytest.mark.parametrize(("width", "height"), [(390, 844), (390, 664), (320, 568), (1280, 720)])
def test_what_has_the_focus_is_never_hidden_behind_the_bar(
    browser: Browser, site: str, width: int, height: int
) -> None:
    page = browser.new_page(viewport={"width": width, "height": height})
    hidden: list[str] = []
    for path in ("/uk/leefgeld", "/nl/medewerker", "/uk/crisis", "/nl/eropuit", "/nl/noodgeval"):
        for key, begin in (("Tab", "a.brand"), ("Shift+Tab", "#question")):
            page.goto(site + path)
            page.fill("#question", "word " * 60)  # the field at its largest
            page.focus(begin)
            for _ in range(60):
                page.keyboard.press(key)
                focused = page.evaluate("document.activeElement.id || document.activeElement.className")
                if focused in ("question", "brand utrecht-link"):
                    break
                if page.evaluate(HALF_HIDDEN):
                    hidden.append(f"{path} {key}: {page.evaluate('document.activeElement.textContent')}")
    page.close()
    assert not hidden


@pytest.mark.parametrize(("width", "height"), [(390, 844), (360, 640), (320, 568)])
@pytest.mark.parametrize("locale", ["nl", "uk", "en"])
def test_a_newcomer_sees_at_once_what_to_press(
    browser: Browser, site: str, locale: str, width: int, height: int
) -> None:
    page = browser.new_page(viewport={"width": width, "height": height}, locale=locale)
    page.goto(site)
    button, bar = (
        page.locator(f"article button[value='l:{locale}']").bounding_box(),
        page.locator("#ask").bounding_box(),
    )
    assert button is not None
    assert bar is not None
    assert button["y"] + button["height"] <= bar["y"]
    assert bar["height"] <= height / 5
    page.close()


def test_large_text_leaves_room_for_what_is_typed_and_for_what_is_read(browser: Browser, site: str) -> None:
    large = browser.browser_type.launch(
        executable_path=CHROMIUM, args=[*ARGUMENTS, "--blink-settings=defaultFontSize=32"]
    )
    page = large.new_page(viewport={"width": 360, "height": 640}, locale="uk")
    page.goto(f"{site}/uk/leefgeld")
    field, bar = page.locator("#question").bounding_box(), page.locator("#ask").bounding_box()
    assert field is not None
    assert bar is not None
    assert field["width"] >= 9 * 32
    assert bar["y"] > 640, "it does not stay in sight"
    large.close()


def test_the_conversation_is_still_there_after_a_look_elsewhere_and_after_loading_again(
    browser: Browser, site: str
) -> None:
    page = browser.new_page(locale="en")
    page.goto(site)
    type_in(page, ASK["en"])
    type_in(page, CRISIS["en"])
    page.goto(f"{site}/en/agenda")
    page.go_back()
    expect(page.locator("article.reply")).to_have_count(3)
    page.reload()
    expect(page.locator("article.reply")).to_have_count(3)
    expect(page.locator(".asked").first).to_contain_text(ASK["en"])
    page.locator("button[value^='y:']").click()
    expect(page.locator("article.reply")).to_have_count(4)
    page.goto(site)
    expect(page.locator("article.reply")).to_have_count(1)
    page.close()


def test_stop_leaves_nothing_of_the_conversation_in_the_browser(browser: Browser, site: str) -> None:
    page = browser.new_page(locale="en")
    page.goto(f"{site}/en/eropuit")
    type_in(page, CRISIS["en"])
    page.goto(site)
    type_in(page, ASK["en"])
    page.fill("#question", "stop")
    page.press("#question", "Enter")
    expect(page.locator("#log")).to_contain_text("I have erased everything")
    expect(page.locator("#log > *")).to_have_count(1)
    assert page.evaluate("sessionStorage.length") == 0
    page.go_back()
    expect(page.locator("#log")).not_to_contain_text(CRISIS["en"])
    page.close()


@pytest.mark.parametrize("asked", [ASK, CRISIS])
def test_another_language_shows_the_last_answer_in_that_language(
    browser: Browser, site: str, library: Library, asked: dict[str, str]
) -> None:
    page = browser.new_page(locale="nl")
    for path, chooser in (("", "header button[value='l:uk']"), ("/nl/zwemles", "header a[hreflang='uk']")):
        page.goto(site + path)
        type_in(page, asked["nl"])
        page.locator(chooser).click()
        expect(page.locator("html")).to_have_attribute("lang", "uk")
        topic = "eropuit" if asked is ASK else "crisis"
        expect(page.locator("article.reply h2").first).to_have_text(library.entry(topic, "uk").title)
        page.reload()
        expect(page.locator("article.reply h2").first).to_have_text(library.entry(topic, "uk").title)
        page.context.clear_cookies()
    page.close()


@pytest.mark.parametrize("path", ["", "/uk/eropuit"])
def test_who_types_the_name_of_a_language_gets_the_whole_page_in_it(browser: Browser, site: str, path: str) -> None:
    page = browser.new_page(locale="uk")
    page.goto(site + path)
    page.fill("#question", "english")
    page.press("#question", "Enter")
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.locator("label")).to_have_text("Your question")
    expect(page.locator("article.reply")).to_have_count(2)
    expect(page.locator("article.reply").last).to_contain_text("Who are you?")
    expect(page.locator("article.reply").last).to_be_focused()
    page.close()


def test_what_is_said_while_an_answer_is_awaited_is_answered_after_it(browser: Browser, site: str) -> None:
    page = browser.new_page(locale="en")
    page.goto(site)
    waiting: list[Route] = []
    page.route("**/*", lambda route: waiting.append(route) if route.request.method == "POST" else route.continue_())
    for text in (ASK["en"], "where is the doctor"):
        page.fill("#question", text)
        page.press("#question", "Enter")
    expect(page.locator(".asked")).to_have_count(2)
    expect(page.locator(".waiting")).to_have_count(2)
    assert len(waiting) == 1
    waiting[0].continue_()
    expect(page.locator("article.reply")).to_have_count(2)
    while len(waiting) < 2:
        page.wait_for_timeout(10)
    waiting[1].continue_()
    expect(page.locator("article.reply")).to_have_count(3)
    order = page.locator("#log > *").evaluate_all("all => all.map(one => one.tagName)")
    assert order == ["ARTICLE", "P", "ARTICLE", "P", "ARTICLE"]
    expect(page.locator("article.reply").nth(1)).to_contain_text("Eropuit")
    page.close()


def test_a_picture_on_paper_is_dark_on_white_whatever_the_screen_is(browser: Browser, site: str) -> None:
    context = browser.new_context(color_scheme="dark")
    page = context.new_page()
    page.goto(f"{site}/nl/eropuit")
    page.emulate_media(media="print", color_scheme="dark")
    colour = page.locator("article h2").evaluate("one => getComputedStyle(one).color")
    assert colour == "rgb(28, 36, 32)"
    context.close()


def test_everything_works_without_javascript(browser: Browser, site: str) -> None:
    context = browser.new_context(locale="uk", java_script_enabled=False)
    page = context.new_page()
    page.goto(site)
    page.locator("article button[value='l:uk']").click()
    page.locator("button[value='w:asiel']").click()
    page.fill("#question", ASK["uk"])
    page.locator("#ask button").click()
    expect(page.locator(".asked")).to_contain_text(ASK["uk"])
    expect(page.locator("article.reply")).not_to_contain_text("175")
    context.close()


@pytest.mark.parametrize("javascript", [True, False])
def test_our_own_forms_work_where_the_browser_does_not_say_from_which_site_they_come(
    browser: Browser, site: str, library: Library, *, javascript: bool
) -> None:
    """Old phones do not say so at all, new browsers only over https and on the machine itself."""
    context = browser.new_context(locale="en", java_script_enabled=javascript)
    page = context.new_page()
    page.goto(site.replace("127.0.0.1", "in.the.house"))
    with page.expect_request(lambda request: request.method == "POST") as sent:
        page.locator("article button[value='l:uk']").click()
    assert "sec-fetch-site" not in sent.value.all_headers()
    expect(page.locator("article.reply")).to_contain_text(library.words["uk"]("start.who"))
    page.fill("#question", CRISIS["uk"])
    page.locator("#ask button").click()
    expect(page.locator("article.reply").last).to_contain_text(str(library.facts["suicide_number"].value))
    context.close()


def test_nothing_is_asked_of_any_other_server(browser: Browser, site: str) -> None:
    page = browser.new_page(locale="nl")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(site)
    type_in(page, ASK["nl"])
    assert asked
    assert all(url.startswith(site) for url in asked)
    page.close()


@pytest.mark.parametrize("width", [320, 390, 1280])
def test_nothing_sticks_out_sideways_even_on_a_small_phone(
    browser: Browser, site: str, library: Library, width: int
) -> None:
    page = browser.new_page(viewport={"width": width, "height": 700}, locale="uk")
    for path in ("/", "/uk/eropuit", "/nl/leerlingenvervoer", "/en/noodgeval", "/uk/agenda", "/nl/brieven/herenweg-55"):
        page.goto(site + path)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.close()


def test_pictures_of_the_chat_can_be_taken(browser: Browser, site: str, tmp_path: Path) -> None:
    """The README's picture is made the same way (docs/pictures.md)."""
    page = browser.new_page(viewport={"width": 390, "height": 844}, locale="uk")
    page.goto(f"{site}/uk/eropuit")
    page.screenshot(path=str(tmp_path / "chat.png"))
    assert (tmp_path / "chat.png").stat().st_size > 10_000
    page.close()
