"""Incoming messages are stored once and in order; choices can be pressed once."""

import asyncio
import uuid

import pytest

from bot.conversation import messages
from bot.conversation.messages import LONGEST_TEXT, MessageRefused
from bot.models import Attachment, Author, Choice, Message
from bot.text.reply import Reply
from tests.integration.harness import ANA, AppHarness, ConversationHarness

DAMAGED = f"El pedido 10482 llegó roto. {ANA}"


async def test_delivery_repeated_ten_times_is_one_message(chat: ConversationHarness) -> None:
    source = uuid.uuid4().hex
    stored = [await chat.receive(DAMAGED, source_id=source) for _ in range(10)]
    assert [is_new for _, is_new in stored] == [True] + [False] * 9
    assert len({message.id for message, _ in stored}) == 1
    await chat.run_turn("damaged")
    assert (await chat.receive("otra cosa", source_id=source))[0].text == DAMAGED
    assert await chat.run_turn("damaged") == []
    assert await chat.app.count(Message, Message.author == Author.CUSTOMER) == 1


async def test_ten_deliveries_at_once_are_one_message(chat: ConversationHarness) -> None:
    source = uuid.uuid4().hex
    stored = await asyncio.gather(*(chat.receive("hola", source_id=source) for _ in range(10)))
    assert sum(is_new for _, is_new in stored) == 1
    assert await chat.app.count(Message) == 1


async def test_concurrent_messages_get_places_without_gaps(chat: ConversationHarness) -> None:
    await asyncio.gather(*(chat.receive(f"mensaje {place}") for place in range(12)))
    rows = await chat.app.rows(Message)
    assert sorted(one.seq for one in rows) == list(range(1, 13))


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "empty"),
        (" \n\t ", "empty"),
        ("a" * (LONGEST_TEXT + 1), "too_long"),
    ],
)
async def test_refused_message_leaves_nothing_behind(
    chat: ConversationHarness, text: str, code: str
) -> None:
    with pytest.raises(MessageRefused) as refused:
        await chat.receive(text)
    assert refused.value.code == code
    assert not await chat.app.count(Message)
    assert (await chat.conversation()).last_seq == 0


async def test_longest_text_is_stored_completely(chat: ConversationHarness) -> None:
    text = "ñ" * LONGEST_TEXT
    message, _ = await chat.receive(text)
    (kept,) = await chat.app.rows(Message, Message.id == message.id)
    assert kept.text == text


@pytest.mark.parametrize(
    "text", ["🫠 ¿qué pasó? 👩‍👩‍👧", "\u202eoverride", "a\x07b", "Zoë’s «naïve»"]
)
async def test_any_text_is_stored_unchanged(chat: ConversationHarness, text: str) -> None:
    message, _ = await chat.receive(text)
    (kept,) = await chat.app.rows(Message, Message.id == message.id)
    assert kept.text == text


async def test_characters_that_no_database_stores_are_dropped(
    chat: ConversationHarness,
) -> None:
    message, _ = await chat.receive("hola\x00 mun\ud83ddo")
    (kept,) = await chat.app.rows(Message, Message.id == message.id)
    assert kept.text == "hola mundo"


async def test_choice_of_another_conversation_is_refused(app: AppHarness) -> None:
    first, second = await app.chat(), await app.chat()
    await first.send("damaged", DAMAGED)
    with pytest.raises(MessageRefused, match="choice_gone"):
        await second.receive(token=first.choices[0].token)
    await first.press(1)
    assert len(await first.ledger()) == 1


async def test_press_closes_all_choices_of_its_message(chat: ConversationHarness) -> None:
    await chat.send("damaged", DAMAGED)
    table = list(chat.choices)
    await chat.receive(token=table[0].token)
    for choice in table:
        with pytest.raises(MessageRefused, match="choice_gone"):
            await chat.receive(token=choice.token)
    await chat.run_turn("inform")
    assert len(await chat.ledger()) == 1


async def test_simultaneous_presses_count_once(chat: ConversationHarness) -> None:
    await chat.send("damaged", DAMAGED)
    pressed = await asyncio.gather(
        *(chat.receive(token=choice.token) for choice in chat.choices), return_exceptions=True
    )
    assert sum(isinstance(one, MessageRefused) for one in pressed) == 3
    spent = await chat.app.rows(Choice)
    assert [one.chosen for one in spent].count(True) == 1


async def test_unknown_choice_token_is_refused(chat: ConversationHarness) -> None:
    with pytest.raises(MessageRefused, match="choice_gone"):
        await chat.receive(token="nosuchtoken")


async def test_newer_choices_close_the_older_ones(chat: ConversationHarness) -> None:
    await chat.send("damaged", DAMAGED)
    old = list(chat.choices)
    await chat.send("greet", "hola")
    assert chat.choices[0].token != old[0].token
    with pytest.raises(MessageRefused, match="choice_gone"):
        await chat.receive(token=old[0].token)
    await chat.press(1)
    assert len(await chat.ledger()) == 1


async def test_choice_token_does_not_contain_its_payload(chat: ConversationHarness) -> None:
    await chat.send("damaged", DAMAGED)
    for choice in chat.choices:
        assert len(choice.token.encode()) <= 64
        assert choice.payload not in choice.token
    assert len({choice.token for choice in chat.choices}) == 4


async def test_photo_of_another_conversation_is_not_attached(app: AppHarness) -> None:
    first, second = await app.chat(), await app.chat()
    photo_id = await first._photo()
    await second.receive("mire", photos=[photo_id])
    (photo,) = await app.rows(Attachment)
    assert photo.message_id is None


async def test_photo_is_attached_to_one_message_only(chat: ConversationHarness) -> None:
    photo_id = await chat._photo()
    message, _ = await chat.receive(photos=[photo_id])
    await chat.receive("otra vez", photos=[photo_id])
    (photo,) = await chat.app.rows(Attachment)
    assert photo.message_id == message.id


@pytest.mark.parametrize(
    ("first", "heard"),
    [
        ("My order never arrived and I am angry", "en"),
        ("Mi pedido nunca llegó y estoy molesta", "es"),
        ("10482", "es"),
    ],
)
async def test_first_message_sets_the_language(
    chat: ConversationHarness, first: str, heard: str
) -> None:
    await chat.receive(first)
    assert (await chat.conversation()).language == heard


async def test_short_text_does_not_change_the_language(
    chat: ConversationHarness,
) -> None:
    await chat.receive("Mi pedido nunca llegó y estoy molesta")
    await chat.receive("ok thanks")
    assert (await chat.conversation()).language == "es"
    await chat.receive("Sorry, I would rather write in English please")
    assert (await chat.conversation()).language == "en"


async def test_outgoing_message_gets_the_next_place_and_its_question(
    chat: ConversationHarness,
) -> None:
    message, _ = await chat.receive("hola")
    async with chat.app.db.write() as session:
        conversation = await session.get_one(type(await chat.conversation()), chat.id)
        out = await messages.add_outgoing(
            session, conversation, Reply("Hola."), in_reply_to=message
        )
    assert (out.seq, out.in_reply_to, out.author) == (2, message.id, Author.BOT)
