"""A case that somebody asks about and nobody finds."""

import pytest

from bot.cases import notes, search
from bot.cases.search import Found
from tests.integration.stage import ANA, Stage, Theatre


async def find(theatre: Theatre, wanted: str) -> list[Found]:
    async with theatre.db.read() as session:
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
async def test_a_case_is_found_by_whatever_is_known_of_it(stage: Stage, wanted: str) -> None:
    await stage.customer("damaged", f"Me llegó la licuadora quebrada, pedido 10482. {ANA}")
    other = await stage.theatre.stage()
    await other.customer("rude_treatment", "Me gritaron en la tienda")
    case = await stage.case()
    text = wanted.format(
        reference=case.reference,
        lower=case.reference.lower(),
        bare=case.reference.replace("-", " "),
    )
    (found,) = await find(stage.theatre, text)
    assert found.case.id == case.id
    assert (found.customer, found.order, found.agent) == ("Ana Ruiz", "10482", None)


async def test_what_an_agent_said_is_found_and_who_has_it_is_told(stage: Stage) -> None:
    laura = await stage.theatre.person()
    await stage.customer("wants_human", "una persona")
    await stage.claimed_by(laura)
    await stage.agent_says(laura, "Le mando la tapa azul mañana.")
    (found,) = await find(stage.theatre, "tapa azul")
    assert found.agent == "Laura Gómez"
    assert "tapa azul" in found.snippet


@pytest.mark.parametrize("wanted", ["", " ", "x", "%", "__", "no hay tal cosa", "'; --"])
async def test_what_fits_nothing_finds_nothing(stage: Stage, wanted: str) -> None:
    await stage.customer("damaged", f"Me llegó rota. {ANA}")
    assert await find(stage.theatre, wanted) == []


async def test_a_percent_sign_is_no_wildcard(stage: Stage) -> None:
    await stage.customer("damaged", "Me prometieron 50% de descuento")
    other = await stage.theatre.stage()
    await other.customer("damaged", "Me prometieron 50 pesos de descuento")
    assert len(await find(stage.theatre, "50%")) == 1


async def test_the_newest_come_first_and_no_more_than_thirty(theatre: Theatre) -> None:
    stages = [await theatre.stage() for _ in range(search.MOST + 2)]
    for stage in stages:
        await stage.customer("rude_treatment", "Me gritaron en la tienda")
    found = await find(theatre, "gritaron")
    assert len(found) == search.MOST
    assert found[0].case.id == (await stages[-1].case()).id


async def test_a_long_text_is_cut_around_what_was_looked_for(stage: Stage) -> None:
    await stage.customer("damaged", "bla " * 200 + "licuadora" + " bla" * 200)
    (found,) = await find(stage.theatre, "licuadora")
    assert "licuadora" in found.snippet
    assert found.snippet.startswith("…")
    assert found.snippet.endswith("…")
    assert len(found.snippet) <= search.SNIPPET + 2


async def test_a_private_note_is_not_searched(stage: Stage) -> None:
    laura = await stage.theatre.person()
    await stage.customer("wants_human", "una persona")
    async with stage.theatre.db.write() as session:
        await notes.add(session, (await stage.case()).id, laura, "cliente difícil")
    assert await find(stage.theatre, "cliente difícil") == []
