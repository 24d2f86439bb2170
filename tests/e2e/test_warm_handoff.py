"""A customer and an agent in two browsers: the case travels, the customer does not."""

import re
import signal
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, ViewportSize, expect

from tests.e2e import console as console_page
from tests.e2e import shop as chat
from tests.e2e.console import ConsolePage, add_agent
from tests.e2e.product import ORDERS, Product
from tests.e2e.shop import DESKTOP, PHONE, ShopPage

pytestmark = pytest.mark.e2e


@dataclass(frozen=True)
class Script:
    """One language's scene."""

    shop: chat.Words
    console: console_page.Words
    order: str
    complaint: str
    person: str
    wrong: str
    correction: str
    agent: str
    read: str
    hello: str
    reply: str
    remedy: str
    amount: str
    how_is_it: str
    why: str
    first: str


SPANISH = Script(
    shop=chat.SPANISH,
    console=console_page.SPANISH,
    order="10503",
    complaint="Me llegó roto el producto del pedido {order}. {email}",
    person="quiero hablar con una persona",
    wrong="Corregir algo",
    correction="No llegó roto entero: se quebró solo la tapa",
    agent="laura@example.com",
    read="Laura ya leyó su caso completo",
    hello="Hola. Ya leí lo de la tapa y lo arreglo ahora mismo.",
    reply="gracias, es para un regalo",
    remedy="Bono de compra",
    amount="40.000",
    how_is_it="¿cómo va mi caso?",
    why="¿Por qué esta oferta?",
    first="Primero su derecho.",
)
ENGLISH = Script(
    shop=chat.ENGLISH,
    console=console_page.ENGLISH,
    order="10461",
    complaint="The product in my order {order} arrived broken. {email}",
    person="I want to talk to a person",
    wrong="Correct something",
    correction="Not all of it is broken: only the lid",
    agent="emma@example.com",
    read="Emma has read your whole case",
    hello="Hello. I have read about the lid and will put it right now.",
    reply="thank you, it is for a present",
    remedy="Shopping voucher",
    amount="40,000",
    how_is_it="how is my case going?",
    why="Why this offer?",
    first="First their right.",
)


# A name, a note or a complaint that would be a program, if a page took it for markup.
SCRIPT = "<img src=x onerror=alert(1)><script>alert(2)</script>"
TABLET = ViewportSize(width=820, height=1180)


@pytest.fixture(scope="module", autouse=True)
def people(product: Product) -> None:
    add_agent(product, "laura@example.com", "Laura Gómez")
    add_agent(product, "emma@example.com", "Emma Brown", "--language", "en")
    add_agent(product, "carlos@example.com", "Carlos Ruiz")
    add_agent(product, "marta@example.com", "Marta Díaz", "--role", "supervisor")


@pytest.fixture
def two(browser: Browser) -> Iterator[list[Page]]:
    """Closes every page's context afterwards."""
    pages: list[Page] = []
    yield pages
    for page in pages:
        page.context.close()


def customer_at(browser: Browser, product: Product, two: list[Page], words: chat.Words) -> ShopPage:
    shop = ShopPage(browser.new_context(viewport=PHONE), product.url, words)
    two.append(shop.page)
    return shop


def agent_at(
    browser: Browser, product: Product, two: list[Page], email: str, words: console_page.Words
) -> ConsolePage:
    context = browser.new_context(viewport=DESKTOP, locale=words.locale)
    console = ConsolePage(context, product, words)
    two.append(console.page)
    console.sign_in(email)
    return console


def reference_in(text: str) -> str:
    found = re.search(r"Q-\d{4}-\d{4}", text)
    assert found
    return found[0]


@pytest.mark.parametrize("script", [SPANISH, ENGLISH], ids=["in Spanish", "in English"])
def test_case_goes_to_an_agent_and_back_without_a_repeated_question(
    browser: Browser, product: Product, two: list[Page], script: Script
) -> None:
    shop = customer_at(browser, product, two, script.shop)
    email = ORDERS[script.order]["email"]
    reference = reference_in(shop.ask(script.complaint.format(order=script.order, email=email)))
    assert script.order in shop.ask(script.person)
    shop.choose(shop.message_log.get_by_role("button", name=script.wrong))
    assert script.correction in shop.ask(script.correction)

    console = agent_at(browser, product, two, script.agent, script.console)
    expect(console.card(reference)).to_be_visible()
    expect(shop.message_log).not_to_contain_text(script.read)
    console.take(reference)

    # Only now that she has it open.
    expect(shop.message_log).to_contain_text(script.read)
    packet = console.page.get_by_role("complementary").last
    expect(packet).to_contain_text(script.correction)
    expect(packet.get_by_text(script.first)).to_be_hidden()
    packet.get_by_text(script.why).click()
    expect(packet.get_by_text(script.first)).to_be_visible()
    console.say(script.hello)
    expect(shop.message_log).to_contain_text(script.hello)
    shop.say(script.reply)
    expect(console.log).to_contain_text(script.reply)

    console.give(script.remedy, script.amount)
    expect(shop.message_log).to_contain_text(re.compile("[A-Z2-9]{4}-[A-Z2-9]{4}-[A-Z2-9]{4}"))
    (line,) = product.ledger(reference)
    assert (line["amount_minor"], line["originator"]) == ("4000000", f"agent:{script.agent}")
    console.button(script.console.give_back).click()
    expect(shop.page.get_by_text(script.remedy).last).to_be_visible()

    told = shop.ask(script.how_is_it)
    assert script.remedy in told
    assert reference in told
    said = product.rows(
        "SELECT seq, author, text, choice_token FROM messages JOIN complaints"
        " ON complaints.conversation_id = messages.conversation_id"
        " WHERE reference = ? ORDER BY seq",
        reference,
    )
    assert [row["seq"] for row in said] == list(range(1, len(said) + 1))
    shown = [row["text"] for row in said if row["choice_token"] is None]
    assert shop.transcript() == shown
    assert (shop.page_errors, console.page_errors) == ([], [])


def in_the_queue(shop: ShopPage, text: str) -> str:
    """The customer asks for a person; gives back the case's reference."""
    shop.ask(text)
    return reference_in(shop.ask("quiero hablar con una persona"))


def test_late_answer_of_the_bot_is_dropped_after_a_claim(
    browser: Browser, product: Product, two: list[Page]
) -> None:
    shop = customer_at(browser, product, two, chat.SPANISH)
    reference = in_the_queue(shop, "Me trataron muy mal en la tienda")
    console = agent_at(browser, product, two, "laura@example.com", console_page.SPANISH)
    stopped = product.send_signal("engine", signal.SIGSTOP)
    try:
        before = shop.bot_messages.count()
        shop.message_log.get_by_role("button", name="Seguir con el asistente").click()
        expect(shop.page.get_by_text("El asistente está escribiendo")).to_be_attached()
        console.take(reference)
        console.say("Hola, soy Laura y lo leí todo.")
        expect(shop.message_log).to_contain_text("Hola, soy Laura")
    finally:
        product.send_signal("engine", signal.SIGCONT)
    assert product.pid("engine") == stopped
    shop.wait_answered()
    assert shop.bot_messages.count() == before
    after = product.rows(
        "SELECT author FROM messages JOIN complaints"
        " ON complaints.conversation_id = messages.conversation_id"
        " WHERE reference = ? AND seq > (SELECT min(seq) FROM messages AS said"
        " WHERE said.conversation_id = messages.conversation_id AND said.author = 'agent')",
        reference,
    )
    assert "bot" not in {row["author"] for row in after}


def test_killed_edge_loses_and_doubles_no_message_between_customer_and_agent(
    browser: Browser, product: Product, two: list[Page]
) -> None:
    shop = customer_at(browser, product, two, chat.SPANISH)
    reference = in_the_queue(shop, "El asiento del local estaba sucio")
    console = agent_at(browser, product, two, "laura@example.com", console_page.SPANISH)
    console.take(reference)
    console.say("Antes de la caída")
    expect(shop.message_log).to_contain_text("Antes de la caída")

    product.send_signal("edge", signal.SIGKILL)
    console.say("Durante la caída, de Laura")
    shop.say("Durante la caída, del cliente")
    product.wait_ready()

    expect(shop.message_log).to_contain_text("Durante la caída, de Laura", timeout=30_000)
    expect(console.log).to_contain_text("Durante la caída, del cliente", timeout=30_000)
    for said in (
        "Antes de la caída",
        "Durante la caída, de Laura",
        "Durante la caída, del cliente",
    ):
        expect(shop.message_log.get_by_text(said)).to_have_count(1)
        expect(console.log.get_by_text(said)).to_have_count(1)
    # The page came back within the lease: the case is still hers.
    console.say("Sigo aquí")
    expect(shop.message_log).to_contain_text("Sigo aquí")


def test_second_agent_who_claims_a_case_sees_who_has_it(
    browser: Browser, product: Product, two: list[Page]
) -> None:
    shop = customer_at(browser, product, two, chat.SPANISH)
    reference = in_the_queue(shop, "La página de la tienda es muy confusa")
    laura = agent_at(browser, product, two, "laura@example.com", console_page.SPANISH)
    carlos = agent_at(browser, product, two, "carlos@example.com", console_page.SPANISH)
    expect(carlos.card(reference)).to_be_visible()
    # His list lags behind: he still sees what she has taken.
    carlos.page.route("**/console/api/board", lambda route: route.abort())
    laura.take(reference)
    carlos.card(reference).get_by_role("button", name="Atender", exact=True).click()
    expect(carlos.page.get_by_text("Laura Gómez").first).to_be_visible()
    carlos.page.unroute("**/console/api/board")
    expect(carlos.card(reference)).to_have_count(0, timeout=30_000)


def test_customers_markup_is_shown_as_text_in_chat_and_console(
    browser: Browser, product: Product, two: list[Page]
) -> None:
    shop = customer_at(browser, product, two, chat.SPANISH)
    reference = in_the_queue(shop, f"Me gritaron en la tienda {SCRIPT}")
    console = agent_at(browser, product, two, "laura@example.com", console_page.SPANISH)
    console.take(reference)
    shop.say(SCRIPT)
    expect(console.log.get_by_text(SCRIPT, exact=True)).to_be_visible()
    console.page.get_by_role("tab", name="Historial").click()
    console.say(SCRIPT)
    expect(shop.message_log.locator('[data-author="agent"]').get_by_text(SCRIPT)).to_be_visible()
    assert console.page.locator("img[src=x]").count() == 0
    assert (shop.page_errors, console.page_errors) == ([], [])


@pytest.mark.parametrize("size", [DESKTOP, TABLET], ids=["desktop", "tablet"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_console_has_no_serious_accessibility_barrier(
    browser: Browser, product: Product, two: list[Page], size: ViewportSize, scheme: str
) -> None:
    shop = customer_at(browser, product, two, chat.SPANISH)
    reference = in_the_queue(shop, "Me trataron mal por teléfono")
    context = browser.new_context(
        viewport=size, color_scheme="dark" if scheme == "dark" else "light", bypass_csp=True
    )
    console = ConsolePage(context, product)
    two.append(console.page)
    assert _barriers(console.page) == []
    console.sign_in("marta@example.com")
    expect(console.card(reference)).to_be_visible()
    assert _barriers(console.page) == []
    console.take(reference)
    console.say("Hola, soy Marta.")
    expect(shop.message_log).to_contain_text("Hola, soy Marta.")
    assert _barriers(console.page) == []
    assert not console.page.evaluate("document.documentElement.scrollWidth > innerWidth")
    console.button(console_page.SPANISH.resolve).click()
    assert _barriers(console.page) == []
    dialog = console.page.get_by_role("dialog")
    dialog.get_by_role("combobox").select_option(label="Trato del personal")
    dialog.get_by_role("button", name=console_page.SPANISH.resolve_case, exact=True).click()
    expect(shop.message_log).to_contain_text(f"Su caso {reference} queda resuelto.")


def _barriers(page: Page) -> list[str]:
    """What axe-core finds that is serious or worse."""
    found = Axe().run(page).response["violations"]
    return [one["id"] for one in found if one["impact"] in {"serious", "critical"}]


def test_case_is_claimed_and_answered_with_the_keyboard_alone(
    browser: Browser, product: Product, two: list[Page]
) -> None:
    shop = customer_at(browser, product, two, chat.SPANISH)
    reference = in_the_queue(shop, "El cajero me respondió con insultos")
    console = agent_at(browser, product, two, "carlos@example.com", console_page.SPANISH)
    button = console.card(reference).get_by_role("button", name="Atender", exact=True)
    for _ in range(60):
        console.page.keyboard.press("Tab")
        if button.evaluate("one => one === document.activeElement"):
            break
    console.page.keyboard.press("Enter")
    console.reply.wait_for()
    console.page.keyboard.press("r")
    console.page.keyboard.type("Con el teclado basta")
    console.page.keyboard.press("Enter")
    expect(shop.message_log).to_contain_text("Con el teclado basta")
    console.page.keyboard.press("Escape")
    console.page.keyboard.press("?")
    expect(console.page.get_by_role("dialog")).to_contain_text("Atajos")
