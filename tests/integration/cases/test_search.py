"""Searching cases: what finds a case, and what must not."""

import pytest

from bot.cases import notes, search
from bot.cases.search import SearchHit
from tests.integration.conftest import EACH_DRIVER
from tests.integration.harness import ANA, AppHarness, ConversationHarness

pytestmark = EACH_DRIVER


async def find(app: AppHarness, wanted: str) -> list[SearchHit]:
    async with app.db.read() as session:
        return await search.find(session, wanted)


@pytest.mark.parametrize(
    "wanted",
    [
        "{reference}",
        "{lower}",
        "{bare}",
        "Ana Ruiz",
        "ana ru",
        "ana.ruiz@",
        "10482",
        "+57 300 123 4567",
        "3001234567",
        "licuadora quebrada",
        "LICUADORA",
    ],
)
async def test_case_is_found_by_reference_customer_order_and_words(
    chat: ConversationHarness, wanted: str
) -> None:
    await chat.send("damaged", f"Me llegó la licuadora quebrada, pedido 10482. {ANA}")
    other = await chat.app.chat()
    await other.send("rude_treatment", "Me gritaron en la tienda")
    case = await chat.case()
    text = wanted.format(
        reference=case.reference,
        lower=case.reference.lower(),
        bare=case.reference.replace("-", " "),
    )
    (hit,) = await find(chat.app, text)
    assert hit.case.id == case.id
    assert (hit.customer, hit.order, hit.agent) == ("Ana Ruiz", "10482", None)


async def test_agents_words_are_found_and_the_hit_names_the_agent(
    chat: ConversationHarness,
) -> None:
    laura = await chat.app.agent()
    await chat.send("wants_human", "una persona")
    await chat.assign_to(laura)
    await chat.agent_says(laura, "Le mando la tapa azul mañana.")
    (hit,) = await find(chat.app, "tapa azul")
    assert hit.agent == "Laura Gómez"
    assert "tapa azul" in hit.snippet


@pytest.mark.parametrize("wanted", ["", " ", "x", "%", "__", "no hay tal cosa", "'; --"])
async def test_text_without_a_match_finds_nothing(chat: ConversationHarness, wanted: str) -> None:
    await chat.send("damaged", f"Me llegó rota. {ANA}")
    assert await find(chat.app, wanted) == []


async def test_percent_sign_is_no_wildcard(chat: ConversationHarness) -> None:
    await chat.send("damaged", "Me prometieron 50% de descuento")
    other = await chat.app.chat()
    await other.send("damaged", "Me prometieron 50 pesos de descuento")
    assert len(await find(chat.app, "50%")) == 1


async def test_newest_hits_come_first_and_at_most_thirty(app: AppHarness) -> None:
    chats = [await app.chat() for _ in range(search.MAX_HITS + 2)]
    for chat in chats:
        await chat.send("rude_treatment", "Me gritaron en la tienda")
    hits = await find(app, "gritaron")
    assert len(hits) == search.MAX_HITS
    assert hits[0].case.id == (await chats[-1].case()).id


async def test_snippet_is_cut_around_the_searched_words(chat: ConversationHarness) -> None:
    await chat.send("damaged", "bla " * 200 + "licuadora" + " bla" * 200)
    (hit,) = await find(chat.app, "licuadora")
    assert "licuadora" in hit.snippet
    assert hit.snippet.startswith("…")
    assert hit.snippet.endswith("…")
    assert len(hit.snippet) <= search.SNIPPET_LENGTH + 2


async def test_private_notes_are_not_searched(chat: ConversationHarness) -> None:
    laura = await chat.app.agent()
    await chat.send("wants_human", "una persona")
    async with chat.app.db.write() as session:
        await notes.add(session, (await chat.case()).id, laura, "cliente difícil")
    assert await find(chat.app, "cliente difícil") == []
