"""Telegram and WhatsApp with the real engine: from a complaint to a remedy, and to a person."""

import asyncio
import re
import threading

import pytest
from sqlalchemy import select

from bot.conversation import messages
from bot.database.session import Database
from bot.models import Author, Conversation
from bot.text.reply import Reply
from tests.e2e.chat import APOLOGY, REFERENCE
from tests.e2e.conftest import NewCustomer
from tests.e2e.product import ORDERS, Product
from tests.fakes import telegram as tg
from tests.fakes import whatsapp as wa
from tests.waiting import wait_until

pytestmark = pytest.mark.e2e
AGENT_ANSWER = "Soy Marta, de la tienda: su caso lo llevo yo."


def _answer_as_agent(product: Product, address: str) -> None:
    """Add an agent's answer to the conversation with this address."""

    async def put() -> None:
        db = Database(f"sqlite:///{product.database}")
        async with db.write() as session:
            query = select(Conversation).where(Conversation.address == address)
            conversation = (await session.scalars(query)).one()
            await messages.add_outgoing(
                session, conversation, Reply(AGENT_ANSWER), author=Author.AGENT
            )
        await db.close()

    asyncio.run(put())


def _phone(order: str) -> str:
    return re.sub(r"\D", "", ORDERS[order]["phone"])


# --- Telegram -----------------------------------------------------------------------------------


def test_telegram_complaint_gets_its_remedy_once(
    breakable_product: Product, telegram: tg.FakeTelegram
) -> None:
    customer = tg.TelegramUser(telegram, breakable_product.url)
    customer.send_text("/start")
    customer.wait_for_messages()

    customer.send_text("Compré una licuadora, pedido 10482, y llegó quebrada")
    replies = customer.wait_for_message_with("¿con qué correo o teléfono")
    assert APOLOGY.search(replies[0]["text"])
    reference = REFERENCE.search(replies[0]["text"])
    assert reference
    assert replies[-1]["keyboard"], "the phone can be shared with a press"

    shared = {"phone_number": _phone("10482"), "first_name": "Ana", "user_id": customer.chat}
    assert customer.post(customer.message(contact=shared)).status_code == 200
    offer = customer.wait_for_message_with("")[-1]
    assert 3 <= len(offer["buttons"]) <= 4

    # Pressed ten times, and all at once: the remedy is given once.
    token = offer["buttons"][0][1]
    presses = [threading.Thread(target=customer.press, args=(token,)) for _ in range(10)]
    for press in presses:
        press.start()
    for press in presses:
        press.join()
    done = customer.wait_for_message_with(reference[0])

    lines = wait_until(lambda: breakable_product.ledger(reference[0]), 10, "a line in the ledger")
    assert [line["order_number"] for line in lines] == ["10482"]
    assert [one["text"] for one in done if reference[0] in one["text"]][1:] == []


def test_telegram_customer_gets_an_agents_answer(
    breakable_product: Product, telegram: tg.FakeTelegram
) -> None:
    customer = tg.TelegramUser(telegram, breakable_product.url, language="en")
    customer.send_text("Your courier was extremely rude to me and I want to complain about him")
    replies = customer.wait_for_messages()
    assert APOLOGY.search(replies[0]["text"])
    customer.send_text("/person")
    handed = customer.wait_for_message_with("person")
    assert any("at the latest" in one["text"] for one in handed)

    _answer_as_agent(breakable_product, str(customer.chat))

    assert customer.wait_for_message_with("Marta")


# --- WhatsApp -----------------------------------------------------------------------------------


def test_whatsapp_number_identifies_the_customer_and_remedy_is_given_once(
    breakable_product: Product, whatsapp: wa.FakeWhatsApp
) -> None:
    customer = wa.WhatsAppUser(whatsapp, breakable_product.url, _phone("10490"))
    customer.send_text("El pedido 10490 llegó roto")
    replies = customer.wait_for_message_with("")
    texts = [wa.text_of(one) for one in replies]
    assert APOLOGY.search(texts[0])
    assert not any("correo" in text for text in texts)
    reference = REFERENCE.search(texts[0])
    assert reference
    choices = wa.choices_of(replies[-1])
    assert 3 <= len(choices) <= 4

    press = customer.message(
        "interactive",
        interactive={"type": "list_reply", "list_reply": {"id": choices[0][1], "title": "x"}},
    )
    posts = [threading.Thread(target=customer.send, args=(press,)) for _ in range(10)]
    for one in posts:
        one.start()
    for one in posts:
        one.join()
    customer.wait_for_message_with(reference[0])

    lines = wait_until(lambda: breakable_product.ledger(reference[0]), 10, "a line in the ledger")
    assert [line["order_number"] for line in lines] == ["10490"]


def test_whatsapp_customer_gets_an_agents_answer(
    breakable_product: Product, whatsapp: wa.FakeWhatsApp
) -> None:
    customer = wa.WhatsAppUser(whatsapp, breakable_product.url)
    customer.send_text("El repartidor fue muy grosero conmigo y me gritó delante de todos")
    assert APOLOGY.search(wa.text_of(customer.wait_for_messages()[0]))
    customer.send_text("persona")
    assert customer.wait_for_message_with("a más tardar")

    _answer_as_agent(breakable_product, customer.phone)

    assert customer.wait_for_message_with("Marta")


def test_case_opened_on_the_web_continues_on_whatsapp(
    breakable_product: Product, new_customer: NewCustomer, whatsapp: wa.FakeWhatsApp
) -> None:
    web = new_customer(breakable_product)
    web.say("Me llegó roto el taladro del pedido 10512")
    offered = web.say(ORDERS["10512"]["email"])
    assert offered.choices
    reference = web.answer_since(0).reference
    assert reference

    customer = wa.WhatsAppUser(whatsapp, breakable_product.url, _phone("10512"))
    customer.send_text("¿Cómo va mi caso?")
    replies = customer.wait_for_message_with("")
    texts = " ".join(map(wa.text_of, replies))
    assert reference in texts
    assert "correo" not in texts
    token = wa.choices_of(replies[-1])[0][1]
    customer.press(token)
    customer.wait_for_message_with(reference)

    assert (
        len(wait_until(lambda: breakable_product.ledger(reference), 10, "a line in the ledger"))
        == 1
    )
    # One case, and the remedy counts for the person wherever they write.
    assert (
        len(breakable_product.rows("SELECT 1 FROM complaints WHERE reference = ?", reference)) == 1
    )
    again = web.say("El pedido 10512 llegó roto")
    assert reference in again.text


def test_killed_edge_answers_on_both_channels_after_its_restart(
    breakable_product: Product, telegram: tg.FakeTelegram, whatsapp: wa.FakeWhatsApp
) -> None:
    one, other = (
        tg.TelegramUser(telegram, breakable_product.url),
        wa.WhatsAppUser(whatsapp, breakable_product.url),
    )
    one.send_text("Mi pedido llegó roto")
    other.send_text("Mi pedido llegó roto")

    breakable_product.kill_and_wait("edge")

    assert any(APOLOGY.search(said["text"]) for said in one.wait_for_messages(2, within=60))
    assert any(APOLOGY.search(wa.text_of(said)) for said in other.wait_for_messages(2, within=60))
