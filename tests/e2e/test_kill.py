"""Processes are killed at random moments: each message gets one answer, each choice one remedy."""

import random
import threading
import time
from collections import Counter
from dataclasses import dataclass, field

import pytest

from tests.e2e.chat import Answer, Customer
from tests.e2e.product import Product

pytestmark = pytest.mark.e2e

# "runner" is what `regalo run` becomes: all others end with it, and a person starts it again.
KILLS = ("edge",) * 3 + ("actions",) * 3 + ("engine",) * 2 + ("runner",) * 2
ORDERS = 400
# A runner that was killed is back in half a minute, and what waited is then answered.
LONGEST_TURN = 100.0
HEADER = (
    "order_number,customer_name,email,phone,total,currency,placed_at,promised_at,delivered_at,"
    "status,items"
)


@dataclass
class Story:
    """What one customer sent and pressed, and what failed."""

    order: str
    customer: Customer
    sent: list[str] = field(default_factory=list)
    pressed: bool = False
    failed: str = ""

    def say(self, text: str) -> Answer:
        self.sent.append(text)
        return self.customer.say(text, LONGEST_TURN)


def test_ten_kills_lose_no_message_and_double_no_remedy(own_product: Product, seed: int) -> None:
    product = own_product
    chance = random.Random(seed)  # noqa: S311  (a test that can be told to do it again)
    product.start()
    imported = product.run_command("orders", "import", "-", stdin=_orders())
    assert imported.returncode == 0, imported.stderr
    stories: list[Story] = []
    over = threading.Event()
    talkers = [
        threading.Thread(target=_talk, args=(product, first, stories, over)) for first in range(3)
    ]
    for talker in talkers:
        talker.start()

    try:
        for name in chance.sample(KILLS, len(KILLS)):
            time.sleep(chance.uniform(0.1, 3))  # the random moment
            print(f"kill {name} after {sum(len(story.sent) for story in stories)} messages")
            if name == "runner":
                product.kill_runner()
                product.start()
            else:
                product.kill_and_wait(name)
    finally:
        over.set()
        for talker in talkers:
            talker.join(120)

        for story in stories:
            story.customer.__exit__()

    assert [story.failed for story in stories if story.failed] == []
    assert _unanswered(product) == []
    for story in stories:
        _assert_nothing_lost_or_doubled(product, story)
    _assert_each_choice_paid_once(product, stories)


def _talk(product: Product, first: int, stories: list[Story], over: threading.Event) -> None:
    """Play one customer after the other, each with their own order, until ``over`` is set."""
    for number in range(first, ORDERS, 3):
        if over.is_set():
            return
        order = str(50000 + number)
        story = Story(order, Customer(product.url).__enter__())
        stories.append(story)
        try:
            story.say("Mi pedido llegó roto")
            story.say(order)
            offer = story.say(f"cliente{order}@example.com")
            if offer.choices and offer.choices[0].startswith("Devolver"):
                story.pressed = True
                story.customer.choose(1 + number % 3, LONGEST_TURN)
            story.say("gracias")
        except Exception as error:  # noqa: BLE001  (told where all are looked at)
            story.failed = f"{order}: {error!r}"


def _assert_nothing_lost_or_doubled(product: Product, story: Story) -> None:
    messages = product.rows(
        "SELECT id, seq, author, text, state, in_reply_to, choice_token FROM messages"
        " WHERE conversation_id = ? ORDER BY seq",
        story.customer.conversation_id,
    )
    incoming = [message for message in messages if message["author"] == "customer"]
    typed = [message["text"] for message in incoming if message["choice_token"] is None]
    assert typed == story.sent
    assert len(incoming) == len(story.sent) + story.pressed
    for message in incoming:
        answers = [answer for answer in messages if answer["in_reply_to"] == message["id"]]
        texts = [answer["text"] for answer in answers]
        assert texts, f"no answer to {message['text']!r} of {story.order}"
        assert len(set(texts)) == len(texts), (
            f"answered twice: {message['text']!r} of {story.order}"
        )
        # One turn puts all it says out together: a second turn would stand after something else.
        assert [answer["seq"] for answer in answers] == [
            message["seq"] + offset for offset in range(1, len(answers) + 1)
        ]
    # What is in the database is what the customer saw, each once.
    assert sorted(message["seq"] for message in story.customer.messages) == [
        message["seq"] for message in messages
    ]


def _assert_each_choice_paid_once(product: Product, stories: list[Story]) -> None:
    paid = Counter(line["order_number"] for line in product.ledger())
    assert set(paid.values()) <= {1}
    confirmed = {
        story.order
        for story in stories
        if any(
            "Listo: " in message["text"] or "Queda en marcha" in message["text"]
            for message in story.customer.messages
        )
    }
    assert set(paid) == confirmed
    pressed = {story.order for story in stories if story.pressed}
    # A press that met a dead engine for too long is a person's to keep, and the customer knows.
    with_a_person = {
        story.order
        for story in stories
        if product.rows(
            "SELECT id FROM handoffs WHERE conversation_id = ?", story.customer.conversation_id
        )
    }
    assert pressed - confirmed <= with_a_person
    print(f"{len(stories)} stories, {len(pressed)} pressed, {len(with_a_person)} with a person")
    assert len(pressed) > len(stories) / 2


def _unanswered(product: Product) -> list[str]:
    rows = product.rows("SELECT text FROM messages WHERE state = 'received'")
    return [row["text"] for row in rows]


def _orders() -> str:
    rows = [
        f"{50000 + number},Cliente {number},cliente{50000 + number}@example.com,,90000,COP,"
        "2026-11-01T10:00:00-05:00,2026-11-08T18:00:00-05:00,2026-11-07T12:00:00-05:00,"
        "delivered,Licuadora x1"
        for number in range(ORDERS)
    ]
    return "\n".join([HEADER, *rows, ""])
