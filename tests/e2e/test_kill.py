"""Processes are killed at any moment: each message is answered once, each choice pays once."""

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
    """What one customer went through."""

    order: str
    customer: Customer
    said: list[str] = field(default_factory=list)
    pressed: bool = False
    failed: str = ""

    def say(self, text: str) -> Answer:
        self.said.append(text)
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
        threading.Thread(target=_talk, args=(product, place, stories, over)) for place in range(3)
    ]
    for talker in talkers:
        talker.start()

    try:
        for name in chance.sample(KILLS, len(KILLS)):
            time.sleep(chance.uniform(0.1, 3))  # the random moment
            print(f"kill {name} after {sum(len(story.said) for story in stories)} messages")
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


def _talk(product: Product, place: int, stories: list[Story], over: threading.Event) -> None:
    """One customer after the other, each with an order of their own, until it is over."""
    for number in range(place, ORDERS, 3):
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
    incoming = [one for one in messages if one["author"] == "customer"]
    typed = [one["text"] for one in incoming if one["choice_token"] is None]
    assert typed == story.said
    assert len(incoming) == len(story.said) + story.pressed
    for one in incoming:
        answers = [each for each in messages if each["in_reply_to"] == one["id"]]
        texts = [each["text"] for each in answers]
        assert texts, f"no answer to {one['text']!r} of {story.order}"
        assert len(set(texts)) == len(texts), f"answered twice: {one['text']!r} of {story.order}"
        # One turn puts all it says out together: a second turn would stand after something else.
        assert [each["seq"] for each in answers] == [
            one["seq"] + place for place in range(1, len(answers) + 1)
        ]
    # What is in the database is what the customer saw, each once.
    assert sorted(one["seq"] for one in story.customer.messages) == [one["seq"] for one in messages]


def _assert_each_choice_paid_once(product: Product, stories: list[Story]) -> None:
    paid = Counter(line["order_number"] for line in product.ledger())
    assert set(paid.values()) <= {1}
    confirmed = {
        story.order
        for story in stories
        if any(
            "Listo: " in one["text"] or "Queda en marcha" in one["text"]
            for one in story.customer.messages
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
