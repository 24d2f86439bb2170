"""What every channel must pass, on the real edge, against a fake of its provider."""

import io
import random
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from PIL import Image

from tests.fakes.provider import Fault
from tests.integration.channel_kit import CHANNEL_SETUPS, ChannelHarness, run_channel
from tests.waiting import wait_until


@pytest.fixture(scope="module", params=sorted(CHANNEL_SETUPS))
def here(
    request: pytest.FixtureRequest, sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[ChannelHarness]:
    with run_channel(
        request.param, sqlite_template, tmp_path_factory.mktemp(request.param)
    ) as found:
        yield found


# --- what comes in ------------------------------------------------------------------------------


def test_repeated_delivery_is_stored_and_answered_once(
    here: ChannelHarness,
) -> None:
    person = here.new_customer()
    hello = person.text_update("hola")

    assert [person.deliver(hello) for _ in range(10)] == [200] * 10

    assert here.wait_until_settled(person)[0] == "answered"
    assert person.deliver(hello) == 200
    time.sleep(0.5)
    assert here.messages(person) == ["hola", "oigo: hola"]
    assert person.texts() == ["oigo: hola"]


def test_simultaneous_deliveries_make_one_message(here: ChannelHarness) -> None:
    person = here.new_customer()
    hello = person.text_update("hola")
    statuses: list[int] = []
    both = [
        threading.Thread(target=lambda: statuses.append(person.deliver(hello))) for _ in range(4)
    ]
    for thread in both:
        thread.start()
    for thread in both:
        thread.join()

    assert statuses == [200] * 4
    here.wait_until_settled(person)
    assert here.messages(person) == ["hola", "oigo: hola"]


def test_shuffled_and_repeated_deliveries_are_stored_once_each(here: ChannelHarness) -> None:
    person = here.new_customer()
    said = [person.text_update(f"frase {letter}") for letter in "abcdefgh"]
    deliveries = said * 3
    random.Random(4).shuffle(deliveries)  # noqa: S311 - any order will do

    assert {person.deliver(one) for one in deliveries} == {200}

    here.wait_until_settled(person, least=16, within=40)
    mine = [text for text in here.messages(person) if text.startswith("frase")]
    assert sorted(mine) == [f"frase {letter}" for letter in "abcdefgh"]
    # One answer for each, and each of them sent once.
    assert sorted(person.texts()) == [f"oigo: frase {letter}" for letter in "abcdefgh"]


@pytest.mark.parametrize("how", ["missing", "wrong"])
def test_forged_request_is_refused_counted_and_not_stored(here: ChannelHarness, how: str) -> None:
    person = here.new_customer()
    code = {"telegram": "bad_secret", "whatsapp": "bad_signature"}[here.setup.name]
    before = here.metric("regalo_refused_total", channel=here.setup.name, code=code)

    assert person.deliver(person.text_update("hola"), forged=how) == 403

    after = here.metric("regalo_refused_total", channel=here.setup.name, code=code)
    assert after == before + 1
    assert here.messages(person) == []


def test_text_that_is_too_long_is_stored_completely(here: ChannelHarness) -> None:
    person = here.new_customer()
    long = "palabra " * 1250

    assert person.deliver(person.text_update(long)) == 200

    here.wait_until_settled(person, least=6)
    kept = [text for text in here.messages(person) if not text.startswith("oigo")]
    assert "".join(kept) == long
    assert all(len(text) <= 4096 for text in kept)


def test_photo_is_fetched_checked_and_stored_with_its_message(here: ChannelHarness) -> None:
    person = here.new_customer()
    picture = io.BytesIO()
    Image.new("RGB", (90, 60), "red").save(picture, "JPEG")

    assert person.deliver(person.photo_update(picture.getvalue())) == 200

    here.wait_until_settled(person)
    assert here.edge.rows(
        "SELECT a.kind, a.width, a.height, m.text FROM attachments a"
        " JOIN messages m ON m.id = a.message_id"
        " JOIN conversations c ON c.id = m.conversation_id WHERE c.address = ?",
        person.address,
    ) == [("photo", 90, 60, "")]
    # The engine is told that a fact came, and answers it.
    assert person.texts() == ["oigo: /inform"]


def test_album_is_stored_completely_and_answered_once(here: ChannelHarness) -> None:
    person = here.new_customer()
    for colour in ("red", "green", "blue"):
        picture = io.BytesIO()
        Image.new("RGB", (90, 60), colour).save(picture, "JPEG")
        assert person.deliver(person.photo_update(picture.getvalue())) == 200

    here.wait_until_settled(person, least=4)
    assert here.edge.rows(
        "SELECT count(DISTINCT m.id) FROM attachments a JOIN messages m ON m.id = a.message_id"
        " JOIN conversations c ON c.id = m.conversation_id WHERE c.address = ?",
        person.address,
    ) == [(3,)]
    assert person.texts() == ["oigo: /inform"]


def test_flood_of_messages_is_answered_together(
    here: ChannelHarness,
) -> None:
    person = here.new_customer()
    person.deliver(person.text_update("hola"))
    here.wait_until_settled(person)
    here.edge.engine.delay = 1.5
    heard = len(here.edge.engine.requests)
    said = [f"palabra {one}{two}." for one in "abc" for two in "abcdefghij"]
    try:
        with ThreadPoolExecutor(30) as at_once:
            assert set(at_once.map(person.deliver, map(person.text_update, said))) == {200}
    finally:
        here.edge.engine.delay = 0.0

    here.wait_until_settled(person, least=33, within=60)
    assert sorted(one for one in here.messages(person) if one.startswith("palabra")) == sorted(said)
    told = "\n".join(one["message"] for one in here.edge.engine.requests[heard:])
    assert [one for one in said if told.count(one) != 1] == []
    assert len(person.texts()) - 1 < 10


def test_photo_that_cannot_be_decoded_gets_a_reply(here: ChannelHarness) -> None:
    person = here.new_customer()
    assert person.deliver(person.photo_update(b"this is no picture")) == 200
    here.wait_until_settled(person)
    assert "no se pudo abrir" in person.texts()[0]


def test_button_works_once(here: ChannelHarness) -> None:
    person = here.new_customer()
    person.deliver(person.text_update("buttons"))
    here.wait_until_settled(person)
    (_, first), (_, second) = wait_until(person.choices, message="the buttons")
    press = person.press_update(first)

    for what in (press, press, person.press_update(first), person.press_update(second)):
        assert person.deliver(what) == 200

    here.wait_until_settled(person, least=6)
    answers = person.texts()[1:]
    assert answers.count("oigo: /pressed_uno") == 1
    # The other one is gone, and that is said once.
    assert [text for text in answers if "ya se usó" in text] == answers[1:]
    assert len(answers) == 2


def test_button_of_another_customer_reveals_nothing(here: ChannelHarness) -> None:
    owner, thief = here.new_customer(), here.new_customer()
    owner.deliver(owner.text_update("buttons"))
    here.wait_until_settled(owner)
    (_, token), _ = wait_until(owner.choices, message="the buttons")

    assert thief.deliver(thief.press_update(token)) == 200

    here.wait_until_settled(thief)
    assert "ya se usó" in thief.texts()[0]
    assert here.edge.rows("SELECT chosen FROM choices WHERE token = ?", token) == [(None,)]


# --- what goes out ------------------------------------------------------------------------------


def test_agents_messages_are_sent_in_order(here: ChannelHarness) -> None:
    person = here.new_customer()
    person.deliver(person.text_update("hola"))
    here.wait_until_settled(person)

    here.put_messages(person, "Buenas tardes.", "Ya lo tengo.", "Se lo envío hoy.")

    here.wait_until_settled(person, least=5)
    assert person.texts()[1:] == ["Buenas tardes.", "Ya lo tengo.", "Se lo envío hoy."]


def test_long_answer_is_sent_in_pieces_that_end_with_a_sentence(here: ChannelHarness) -> None:
    person = here.new_customer()
    person.deliver(person.text_update("hola"))
    here.wait_until_settled(person)
    sentences = [
        f"Esta es la frase número {number} de una explicación larga." for number in range(150)
    ]

    here.put_messages(person, " ".join(sentences))

    here.wait_until_settled(person, least=3)
    pieces = person.texts()[1:]
    assert len(pieces) > 1
    assert all(len(piece) <= 4096 and piece.endswith(".") for piece in pieces)
    assert " ".join(pieces) == " ".join(sentences)


def test_rate_limit_of_the_provider_is_obeyed_in_order(
    here: ChannelHarness,
) -> None:
    person = here.new_customer()
    person.deliver(person.text_update("hola"))
    here.wait_until_settled(person)
    here.setup.provider.faults.append(here.setup.rate_limited(after=2))
    began = time.monotonic()

    here.put_messages(person, "uno", "dos")

    here.wait_until_settled(person, least=4)
    assert person.texts()[1:] == ["uno", "dos"]
    assert time.monotonic() - began >= (2 if here.setup.name == "telegram" else 1)


def test_pending_messages_are_sent_in_order_after_an_outage(here: ChannelHarness) -> None:
    person = here.new_customer()
    person.deliver(person.text_update("hola"))
    here.wait_until_settled(person)
    here.setup.provider.is_down = True
    try:
        here.put_messages(person, "uno", "dos", "tres")
        wait_until(lambda: max(here.messages(person, "tries")) >= 2, 30, "it is tried")
        assert person.texts() == ["oigo: hola"]
    finally:
        here.setup.provider.is_down = False

    here.wait_until_settled(person, least=5, within=60)
    assert person.texts()[1:] == ["uno", "dos", "tres"]


def test_lost_response_sends_at_most_as_documented(here: ChannelHarness) -> None:
    person = here.new_customer()
    person.deliver(person.text_update("hola"))
    here.wait_until_settled(person)
    here.setup.provider.faults.append(Fault(drop_answer=True))

    here.put_messages(person, "uno", "dos")

    here.wait_until_settled(person, least=4)
    if here.setup.reports_delivery:
        # The provider reports what it took, so nothing is sent twice.
        assert person.texts()[1:] == ["uno", "dos"]
    else:
        # Nobody can tell. Twice is better than never, and the order holds.
        assert person.texts()[1:] == ["uno", "uno", "dos"]


def test_rejected_message_gets_a_human_and_blocks_no_other(
    here: ChannelHarness,
) -> None:
    person = here.new_customer()
    person.deliver(person.text_update("hola"))
    here.wait_until_settled(person)
    reference = here.open_case(person)
    here.setup.provider.faults.append(here.setup.rejection())

    here.put_messages(person, "uno", "dos")

    assert here.wait_until_settled(person, least=4)[2] == "failed"
    assert person.texts()[1:] == ["dos"]
    assert _handoffs(here, reference) == [("provider_failed", 2)]


def test_unreachable_customer_is_marked_and_gets_a_human(
    here: ChannelHarness,
) -> None:
    person = here.new_customer()
    person.deliver(person.text_update("hola"))
    here.wait_until_settled(person)
    reference = here.open_case(person)
    person.become_unreachable()

    here.put_messages(person, "uno", "dos")

    wait_until(
        lambda: here.messages(person, "state")[2:] == ["failed", "failed"], 20, "both failed"
    )
    assert _handoffs(here, reference) == [("unreachable", 2)]
    assert _unreachable(here, person.address)

    # Whoever writes can be reached.
    person.become_reachable()
    person.deliver(person.text_update("ya volví"))
    wait_until(lambda: len(person.texts()) > 1, 20, "an answer")
    assert not _unreachable(here, person.address)


def test_killed_edge_answers_after_its_restart(
    here: ChannelHarness, sqlite_template: Path, tmp_path: Path
) -> None:
    with run_channel(here.setup.name, sqlite_template, tmp_path) as mine:
        person = mine.new_customer()
        person.deliver(person.text_update("hola"))
        mine.wait_until_settled(person)
        mine.edge.engine.delay = 1.0
        assert person.deliver(person.text_update("¿sigue ahí?")) == 200

        mine.edge.kill()
        assert mine.messages(person, "state")[-1] == "received"
        mine.edge.engine.delay = 0.0
        mine.edge.start()

        mine.wait_until_settled(person, least=4, within=40)
        assert person.texts() == ["oigo: hola", "oigo: ¿sigue ahí?"]


def _handoffs(here: ChannelHarness, reference: str) -> list[tuple[str, int]]:
    rows = here.edge.rows(
        "SELECT h.reason, h.priority FROM handoffs h JOIN complaints c ON c.id = h.complaint_id"
        " WHERE c.reference = ?",
        reference,
    )
    return [(reason, priority) for reason, priority in rows]


def _unreachable(here: ChannelHarness, address: str) -> bool:
    rows = here.edge.rows("SELECT unreachable_at FROM conversations WHERE address = ?", address)
    return rows != [(None,)]
