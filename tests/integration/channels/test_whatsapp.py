"""What only WhatsApp has: its posts, window, reports, and phones that identify the customer."""

import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.fakes.provider import Fault
from tests.fakes.whatsapp import (
    VERIFY_TOKEN,
    FakeWhatsApp,
    WhatsAppUser,
    deliver,
    post,
    status,
    text_of,
)
from tests.integration.channel_kit import ChannelHarness, WhatsAppCustomer, run_channel
from tests.waiting import wait_until

HOUR = 3600.0
ANA = "573001234567"  # of order 10482


@pytest.fixture(scope="module")
def here(
    sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[ChannelHarness]:
    with run_channel("whatsapp", sqlite_template, tmp_path_factory.mktemp("whatsapp")) as found:
        yield found


@pytest.fixture
def whatsapp(here: ChannelHarness) -> FakeWhatsApp:
    assert isinstance(here.setup.provider, FakeWhatsApp)
    return here.setup.provider


@pytest.fixture
def customer(here: ChannelHarness, whatsapp: FakeWhatsApp) -> WhatsAppUser:
    return WhatsAppUser(whatsapp, here.edge.url)


def _begun(here: ChannelHarness, customer: WhatsAppUser) -> WhatsAppCustomer:
    person = WhatsAppCustomer(customer)
    customer.send_text("hola")
    here.wait_until_settled(person)
    return person


@pytest.mark.parametrize(
    ("mode", "token", "expected"),
    [
        ("subscribe", VERIFY_TOKEN, (200, "1158201444")),
        ("subscribe", "another", (403, None)),
        ("unsubscribe", VERIFY_TOKEN, (403, None)),
        ("subscribe", None, (403, None)),
    ],
)
def test_challenge_with_a_wrong_token_is_refused(
    here: ChannelHarness, mode: str, token: str | None, expected: tuple[int, str | None]
) -> None:
    asked = {"hub.mode": mode, "hub.challenge": "1158201444", "hub.verify_token": token or ""}
    answer = httpx.get(f"{here.edge.url}/channels/whatsapp", params=asked, trust_env=False)
    assert answer.status_code == expected[0]
    if expected[1] is not None:
        assert answer.text == expected[1]


def test_every_valid_message_of_a_post_is_answered(
    here: ChannelHarness, customer: WhatsAppUser, whatsapp: FakeWhatsApp
) -> None:
    other = WhatsAppUser(whatsapp, here.edge.url)
    broken = {**customer.text_message("x"), "timestamp": "yesterday"}

    content = post(
        customer.text_message("uno"),
        broken,
        other.text_message("dos"),
        customer.text_message("tres"),
    )
    assert deliver(customer.url, content).status_code == 200

    assert sorted(map(text_of, customer.wait_for_messages(2))) == ["oigo: tres", "oigo: uno"]
    assert [text_of(one) for one in other.wait_for_messages()] == ["oigo: dos"]


def test_message_for_another_number_is_ignored(
    here: ChannelHarness, customer: WhatsAppUser
) -> None:
    content = post(customer.text_message("hola"), phone_number_id="999")
    assert deliver(customer.url, content).status_code == 200
    assert here.messages(WhatsAppCustomer(customer)) == []


def test_reports_never_move_a_message_back(here: ChannelHarness, customer: WhatsAppUser) -> None:
    person = _begun(here, customer)
    wamid = here.messages(person, "provider_id")[1]
    wait_until(lambda: here.messages(person, "state")[1] == "delivered", message="delivered")

    for state in ("read", "sent", "delivered"):
        told = post(statuses=[status(wamid, state, customer.phone)])
        assert deliver(customer.url, told).status_code == 200

    assert here.messages(person, "state")[1] == "read"


def test_failure_reported_later_is_stored_and_gets_a_human(
    here: ChannelHarness, customer: WhatsAppUser, whatsapp: FakeWhatsApp
) -> None:
    person = _begun(here, customer)
    reference = here.open_case(person)
    whatsapp.sends_reports = False
    try:
        here.put_messages(person, "uno")
        here.wait_until_settled(person, least=3)
        wamid = here.messages(person, "provider_id")[2]
        told = post(statuses=[status(wamid, "failed", customer.phone, 131053)])
        assert deliver(customer.url, told).status_code == 200
    finally:
        whatsapp.sends_reports = True

    assert here.messages(person, "state")[2] == "failed"
    assert here.messages(person, "failed_why")[2] == "131053"
    handoffs = here.edge.rows(
        "SELECT h.reason FROM handoffs h JOIN complaints c ON c.id = h.complaint_id"
        " WHERE c.reference = ?",
        reference,
    )
    assert handoffs == [("provider_failed",)]


def test_message_is_sent_as_a_template_after_a_day(
    here: ChannelHarness, customer: WhatsAppUser
) -> None:
    person = WhatsAppCustomer(customer)
    # Meta delivers what could not be delivered for a day and an hour.
    customer.send(customer.text_message("hola", age=25 * HOUR))
    here.wait_until_settled(person)
    reference = here.open_case(person)

    here.put_messages(person, "Su dinero\nya salió.")

    here.wait_until_settled(person, least=3)
    template = customer.wait_for_messages(2)[-1]
    assert template["type"] == "template"
    assert template["template"]["name"] == "case_update"
    values = [one["text"] for one in template["template"]["components"][0]["parameters"]]
    assert values == [reference, "Su dinero ya salió."]


@pytest.mark.parametrize("told", ["in the answer", "after the answer", "before the answer"])
def test_message_too_long_for_a_template_is_announced_and_waits(
    here: ChannelHarness, customer: WhatsAppUser, whatsapp: FakeWhatsApp, told: str
) -> None:
    person = WhatsAppCustomer(customer)
    # We are wrong about the window by an hour: the provider's word counts, whenever it is said.
    customer.send(customer.text_message("hola", age=23 * HOUR))
    here.wait_until_settled(person)
    here.open_case(person)
    customer.wait_for_messages()
    whatsapp.last_wrote[customer.phone] -= 2 * HOUR
    whatsapp.reports_closed_window_late = told != "in the answer"
    whatsapp.reports_before_answer = told == "before the answer"
    try:
        here.offer_choices(person, "Reembolso", "Cupón")
        (announcement,) = customer.wait_for_messages()
    finally:
        whatsapp.reports_closed_window_late = whatsapp.reports_before_answer = False
    assert announcement["type"] == "template"
    assert "Cuál" in text_of(announcement)
    assert here.messages(person, "state")[2] == "pending"
    time.sleep(2.5)
    assert not whatsapp.sent_to(customer.phone)[2:], "one announcement is enough"

    customer.send_text("aquí estoy")

    got = customer.wait_for_message_with("Cuál")
    assert [title for one in got for title in _titles(one)] == ["Reembolso", "Cupón"]


def test_message_goes_to_another_channel_without_a_template(
    sqlite_template: Path, tmp_path: Path
) -> None:
    company = _company_without_template(tmp_path)
    with run_channel("whatsapp", sqlite_template, tmp_path, COMPANY_DIR=str(company)) as mine:
        assert isinstance(mine.setup.provider, FakeWhatsApp)
        customer = WhatsAppUser(mine.setup.provider, mine.edge.url)
        person = WhatsAppCustomer(customer)
        customer.send(customer.text_message("hola", age=25 * HOUR))
        # The answer itself may not go out any more: a person is told once there is a case.
        wait_until(lambda: "failed" in mine.messages(person, "state"), 20, "it has failed")
        assert mine.messages(person, "failed_why")[1] == "window_closed"
        reference = mine.open_case(person)
        mine.put_messages(person, "Su dinero ya salió.")
        wait_until(lambda: mine.messages(person, "state")[2:] == ["failed"], 20, "it has failed")
        handoffs = mine.edge.rows(
            "SELECT h.reason FROM handoffs h JOIN complaints c ON c.id = h.complaint_id"
            " WHERE c.reference = ?",
            reference,
        )
        assert handoffs == [("window_closed",)]


def test_phone_on_an_order_identifies_the_customer(
    here: ChannelHarness, whatsapp: FakeWhatsApp
) -> None:
    rows = here.edge.rows("SELECT contact_id, phone FROM orders WHERE number = '10482'")
    ((contact, phone),) = rows
    customer = WhatsAppUser(whatsapp, here.edge.url, phone.removeprefix("+"))
    customer.send_text("hola")
    customer.wait_for_messages()
    query = "SELECT contact_id, proven_by, phone FROM conversations WHERE address = ?"
    assert here.edge.rows(query, customer.phone) == [(contact, "channel_phone", phone)]


def test_reaction_is_stored_and_not_answered(here: ChannelHarness, customer: WhatsAppUser) -> None:
    person = _begun(here, customer)
    wamid = here.messages(person, "provider_id")[1]
    sign = {"message_id": wamid, "emoji": "👍"}

    customer.send(customer.message("reaction", reaction=sign))

    assert here.wait_until_settled(person, least=3)[2] == "answered"
    assert here.messages(person)[2] == "👍"
    time.sleep(0.5)
    assert len(here.messages(person)) == 3


@pytest.mark.parametrize(
    ("kind", "what", "words"),
    [
        ("audio", {"id": "55", "mime_type": "audio/ogg"}, "notas de voz"),
        ("location", {"latitude": 4.65, "longitude": -74.05, "name": "Casa"}, "guardado"),
        ("contacts", [{"name": {"formatted_name": "Luis"}, "phones": []}], "con palabras"),
        ("sticker", {"id": "56", "mime_type": "image/webp"}, "con palabras"),
        ("order", {"catalog_id": "1"}, "con palabras"),
        ("unsupported", {}, "con palabras"),
    ],
)
def test_unsupported_content_gets_a_reply(
    here: ChannelHarness,
    customer: WhatsAppUser,
    whatsapp: FakeWhatsApp,
    kind: str,
    what: object,
    words: str,
) -> None:
    whatsapp.media["55"] = ("audio/ogg", b"OggS a voice")
    person = WhatsAppCustomer(customer)
    customer.send({**customer.message(kind), kind: what})
    here.wait_until_settled(person)
    assert words in person.texts()[0]
    if kind == "audio":
        kept = here.edge.rows(
            "SELECT a.kind, a.media_type, a.size FROM attachments a"
            " JOIN conversations c ON c.id = a.conversation_id WHERE c.address = ?",
            customer.phone,
        )
        assert kept == [("voice", "audio/ogg", 12)]


def test_edge_killed_while_sending_sends_nothing_twice(
    sqlite_template: Path, tmp_path: Path
) -> None:
    with run_channel("whatsapp", sqlite_template, tmp_path) as mine:
        assert isinstance(mine.setup.provider, FakeWhatsApp)
        customer = WhatsAppUser(mine.setup.provider, mine.edge.url)
        person = _begun(mine, customer)
        # Meta takes the message while the edge is killed; the report comes to the next one.
        mine.setup.provider.sends_reports = False
        mine.setup.provider.faults.append(Fault(delay=1.5))
        mine.put_messages(person, "uno")
        wait_until(lambda: not mine.setup.provider.faults, 10, "it is being sent")
        mine.edge.kill()
        wait_until(lambda: len(person.texts()) == 2, 10, "it is out")
        mine.edge.start()
        sent = mine.setup.provider.sent_to(customer.phone)[1]
        told = status(sent["id"], "sent", customer.phone, 0, sent["biz_opaque_callback_data"])
        assert deliver(customer.url, post(statuses=[told])).status_code == 200

        mine.put_messages(person, "dos")

        mine.wait_until_settled(person, least=4, within=40)
        assert person.texts()[1:] == ["uno", "dos"]


def _titles(message: dict[str, object]) -> list[str]:
    from tests.fakes.whatsapp import choices_of

    return [title for title, _ in choices_of(message)]


def _company_without_template(folder: Path) -> Path:
    import shutil

    from bot.config.settings import ROOT

    company = folder / "company"
    shutil.copytree(ROOT / "data" / "company", company)
    profile = (company / "profile.yml").read_text("utf-8")
    before, _, rest = profile.partition("whatsapp_update:\n")
    after = rest.split("\n\n", 1)[1]
    (company / "profile.yml").write_text(before + after, "utf-8")
    return company
