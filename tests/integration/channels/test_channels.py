"""What every channel must pass, on the real edge, against its provider's fake on loopback."""

import io
import random
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from PIL import Image

from tests.fakes.provider import Trouble, until
from tests.integration.channel_kit import WORLDS, Place, place


@pytest.fixture(scope="module", params=sorted(WORLDS))
def here(
    request: pytest.FixtureRequest, sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Place]:
    with place(request.param, sqlite_template, tmp_path_factory.mktemp(request.param)) as found:
        yield found


# --- what comes in ------------------------------------------------------------------------------


def test_a_message_is_stored_once_and_answered_once_however_often_it_comes(here: Place) -> None:
    person = here.person()
    hello = person.words("hola")

    assert [person.deliver(hello) for _ in range(10)] == [200] * 10

    assert here.settled(person)[0] == "answered"
    assert person.deliver(hello) == 200
    time.sleep(0.5)
    assert here.messages(person) == ["hola", "oigo: hola"]
    assert person.texts() == ["oigo: hola"]


def test_two_deliveries_at_the_same_moment_make_one_message(here: Place) -> None:
    person = here.person()
    hello = person.words("hola")
    statuses: list[int] = []
    both = [
        threading.Thread(target=lambda: statuses.append(person.deliver(hello))) for _ in range(4)
    ]
    for thread in both:
        thread.start()
    for thread in both:
        thread.join()

    assert statuses == [200] * 4
    here.settled(person)
    assert here.messages(person) == ["hola", "oigo: hola"]


def test_shuffled_and_repeated_deliveries_lose_and_double_nothing(here: Place) -> None:
    person = here.person()
    said = [person.words(f"frase {letter}") for letter in "abcdefgh"]
    deliveries = said * 3
    random.Random(4).shuffle(deliveries)  # noqa: S311 - any order will do

    assert {person.deliver(one) for one in deliveries} == {200}

    here.settled(person, least=16, within=40)
    mine = [text for text in here.messages(person) if text.startswith("frase")]
    assert sorted(mine) == [f"frase {letter}" for letter in "abcdefgh"]
    # One answer for each, and each of them sent once.
    assert sorted(person.texts()) == [f"oigo: frase {letter}" for letter in "abcdefgh"]


@pytest.mark.parametrize("how", ["missing", "wrong"])
def test_what_the_provider_did_not_vouch_for_is_refused_counted_and_not_stored(
    here: Place, how: str
) -> None:
    person = here.person()
    code = {"telegram": "bad_secret", "whatsapp": "bad_signature"}[here.world.name]
    before = here.metric("regalo_refused_total", channel=here.world.name, code=code)

    assert person.deliver(person.words("hola"), forged=how) == 403

    after = here.metric("regalo_refused_total", channel=here.world.name, code=code)
    assert after == before + 1
    assert here.messages(person) == []


def test_a_text_that_is_too_long_is_kept_whole(here: Place) -> None:
    person = here.person()
    long = "palabra " * 1250

    assert person.deliver(person.words(long)) == 200

    here.settled(person, least=6)
    kept = [text for text in here.messages(person) if not text.startswith("oigo")]
    assert "".join(kept) == long
    assert all(len(text) <= 4096 for text in kept)


def test_a_photo_is_fetched_checked_and_kept_with_its_message(here: Place) -> None:
    person = here.person()
    picture = io.BytesIO()
    Image.new("RGB", (90, 60), "red").save(picture, "JPEG")

    assert person.deliver(person.photo(picture.getvalue())) == 200

    here.settled(person)
    assert here.edge.rows(
        "SELECT a.kind, a.width, a.height, m.text FROM attachments a"
        " JOIN messages m ON m.id = a.message_id"
        " JOIN conversations c ON c.id = m.conversation_id WHERE c.address = ?",
        person.address,
    ) == [("photo", 90, 60, "")]
    # The engine is told that a fact came, and answers it.
    assert person.texts() == ["oigo: /inform"]


def test_photos_sent_together_are_all_kept_and_get_one_answer(here: Place) -> None:
    person = here.person()
    for colour in ("red", "green", "blue"):
        picture = io.BytesIO()
        Image.new("RGB", (90, 60), colour).save(picture, "JPEG")
        assert person.deliver(person.photo(picture.getvalue())) == 200

    here.settled(person, least=4)
    assert here.edge.rows(
        "SELECT count(DISTINCT m.id) FROM attachments a JOIN messages m ON m.id = a.message_id"
        " JOIN conversations c ON c.id = m.conversation_id WHERE c.address = ?",
        person.address,
    ) == [(3,)]
    assert person.texts() == ["oigo: /inform"]


def test_a_flood_is_stored_heard_to_the_last_word_and_answered_together(here: Place) -> None:
    person = here.person()
    person.deliver(person.words("hola"))
    here.settled(person)
    here.edge.engine.is_slow = 1.5
    heard = len(here.edge.engine.asked)
    said = [f"palabra {one}{two}." for one in "abc" for two in "abcdefghij"]
    try:
        with ThreadPoolExecutor(30) as at_once:
            assert set(at_once.map(person.deliver, map(person.words, said))) == {200}
    finally:
        here.edge.engine.is_slow = 0.0

    here.settled(person, least=33, within=60)
    assert sorted(one for one in here.messages(person) if one.startswith("palabra")) == sorted(said)
    told = "\n".join(one["message"] for one in here.edge.engine.asked[heard:])
    assert [one for one in said if told.count(one) != 1] == []
    assert len(person.texts()) - 1 < 10


def test_a_photo_that_cannot_be_opened_gets_an_honest_word(here: Place) -> None:
    person = here.person()
    assert person.deliver(person.photo(b"this is no picture")) == 200
    here.settled(person)
    assert "no se pudo abrir" in person.texts()[0]


def test_a_button_is_spent_once_and_brings_what_it_stands_for(here: Place) -> None:
    person = here.person()
    person.deliver(person.words("buttons"))
    here.settled(person)
    (_, first), (_, second) = until(person.choices, why="the buttons")
    press = person.press(first)

    for what in (press, press, person.press(first), person.press(second)):
        assert person.deliver(what) == 200

    here.settled(person, least=6)
    answers = person.texts()[1:]
    assert answers.count("oigo: /pressed_uno") == 1
    # The other one is gone, and that is said once.
    assert [text for text in answers if "ya se usó" in text] == answers[1:]
    assert len(answers) == 2


def test_a_button_of_somebody_elses_says_nothing_of_them(here: Place) -> None:
    owner, thief = here.person(), here.person()
    owner.deliver(owner.words("buttons"))
    here.settled(owner)
    (_, token), _ = until(owner.choices, why="the buttons")

    assert thief.deliver(thief.press(token)) == 200

    here.settled(thief)
    assert "ya se usó" in thief.texts()[0]
    assert here.edge.rows("SELECT chosen FROM choices WHERE token = ?", token) == [(None,)]


# --- what goes out ------------------------------------------------------------------------------


def test_what_a_person_says_reaches_the_customer_in_order(here: Place) -> None:
    person = here.person()
    person.deliver(person.words("hola"))
    here.settled(person)

    here.put(person, "Buenas tardes.", "Ya lo tengo.", "Se lo envío hoy.")

    here.settled(person, least=5)
    assert person.texts()[1:] == ["Buenas tardes.", "Ya lo tengo.", "Se lo envío hoy."]


def test_a_long_answer_goes_out_in_pieces_that_end_with_a_sentence(here: Place) -> None:
    person = here.person()
    person.deliver(person.words("hola"))
    here.settled(person)
    sentences = [
        f"Esta es la frase número {number} de una explicación larga." for number in range(150)
    ]

    here.put(person, " ".join(sentences))

    here.settled(person, least=3)
    pieces = person.texts()[1:]
    assert len(pieces) > 1
    assert all(len(piece) <= 4096 and piece.endswith(".") for piece in pieces)
    assert " ".join(pieces) == " ".join(sentences)


def test_when_the_provider_wants_less_it_gets_less_and_the_order_holds(here: Place) -> None:
    person = here.person()
    person.deliver(person.words("hola"))
    here.settled(person)
    here.world.provider.troubles.append(here.world.too_much(after=2))
    began = time.monotonic()

    here.put(person, "uno", "dos")

    here.settled(person, least=4)
    assert person.texts()[1:] == ["uno", "dos"]
    assert time.monotonic() - began >= (2 if here.world.name == "telegram" else 1)


def test_when_the_provider_is_back_what_waited_goes_out_in_order(here: Place) -> None:
    person = here.person()
    person.deliver(person.words("hola"))
    here.settled(person)
    here.world.provider.is_down = True
    try:
        here.put(person, "uno", "dos", "tres")
        until(lambda: max(here.messages(person, "tries")) >= 2, 30, "it is tried")
        assert person.texts() == ["oigo: hola"]
    finally:
        here.world.provider.is_down = False

    here.settled(person, least=5, within=60)
    assert person.texts()[1:] == ["uno", "dos", "tres"]


def test_an_answer_that_was_lost(here: Place) -> None:
    person = here.person()
    person.deliver(person.words("hola"))
    here.settled(person)
    here.world.provider.troubles.append(Trouble(lose=True))

    here.put(person, "uno", "dos")

    here.settled(person, least=4)
    if here.world.reports:
        # The provider reports what it took, so nothing is sent twice.
        assert person.texts()[1:] == ["uno", "dos"]
    else:
        # Nobody can tell. Twice is better than never, and the order holds.
        assert person.texts()[1:] == ["uno", "uno", "dos"]


def test_what_is_refused_for_good_is_told_to_a_person_and_holds_up_nothing(here: Place) -> None:
    person = here.person()
    person.deliver(person.words("hola"))
    here.settled(person)
    reference = here.case(person)
    here.world.provider.troubles.append(here.world.refuses())

    here.put(person, "uno", "dos")

    assert here.settled(person, least=4)[2] == "failed"
    assert person.texts()[1:] == ["dos"]
    assert _handoffs(here, reference) == [("provider_failed", 2)]


def test_a_customer_whom_nothing_reaches_is_marked_and_a_person_is_told(here: Place) -> None:
    person = here.person()
    person.deliver(person.words("hola"))
    here.settled(person)
    reference = here.case(person)
    person.goes_away()

    here.put(person, "uno", "dos")

    until(lambda: here.messages(person, "state")[2:] == ["failed", "failed"], 20, "both failed")
    assert _handoffs(here, reference) == [("unreachable", 2)]
    assert _unreachable(here, person.address)

    # Whoever writes can be reached.
    person.comes_back()
    person.deliver(person.words("ya volví"))
    until(lambda: len(person.texts()) > 1, 20, "an answer")
    assert not _unreachable(here, person.address)


def test_an_edge_that_is_killed_answers_after_the_start(
    here: Place, sqlite_template: Path, tmp_path: Path
) -> None:
    with place(here.world.name, sqlite_template, tmp_path) as mine:
        person = mine.person()
        person.deliver(person.words("hola"))
        mine.settled(person)
        mine.edge.engine.is_slow = 1.0
        assert person.deliver(person.words("¿sigue ahí?")) == 200

        mine.edge.kill()
        assert mine.messages(person, "state")[-1] == "received"
        mine.edge.engine.is_slow = 0.0
        mine.edge.start()

        mine.settled(person, least=4, within=40)
        assert person.texts() == ["oigo: hola", "oigo: ¿sigue ahí?"]


def _handoffs(here: Place, reference: str) -> list[tuple[str, int]]:
    rows = here.edge.rows(
        "SELECT h.reason, h.priority FROM handoffs h JOIN complaints c ON c.id = h.complaint_id"
        " WHERE c.reference = ?",
        reference,
    )
    return [(reason, priority) for reason, priority in rows]


def _unreachable(here: Place, address: str) -> bool:
    rows = here.edge.rows("SELECT unreachable_at FROM conversations WHERE address = ?", address)
    return rows != [(None,)]
