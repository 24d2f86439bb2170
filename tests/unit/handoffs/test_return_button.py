"""The button back to the bot: when it is shown, and that its press is recognized."""

from zoneinfo import ZoneInfo

import pytest
from ruamel.yaml import YAML

from bot.config.settings import ROOT
from bot.context.company_context import DOMAIN
from bot.handoffs import reasons
from bot.handoffs.return_button import INTENT, is_return, return_buttons
from bot.models import Handoff, HandoffReason
from bot.text.reply import payload
from bot.text.responses import load_responses

pytestmark = pytest.mark.unit

RESPONSES = load_responses(DOMAIN, country="CO", timezone=ZoneInfo("America/Bogota"))


@pytest.mark.parametrize(
    ("language", "title"),
    [("es", "Seguir con el asistente"), ("en", "Go on with the assistant")],
)
def test_button_is_recognized_when_it_is_pressed(language: str, title: str) -> None:
    (button,) = return_buttons(RESPONSES, language, Handoff(reason=HandoffReason.WANTS_HUMAN))
    assert button.title == title
    assert is_return(button.payload)
    assert not is_return(payload("wants_human"))


@pytest.mark.parametrize("reason", sorted(reasons.HUMAN_ONLY))
def test_no_button_where_the_bot_can_do_nothing_more(reason: str) -> None:
    assert return_buttons(RESPONSES, "es", Handoff(reason=reason)) == ()


def test_rasa_has_a_rule_for_the_press() -> None:
    rules = YAML(typ="safe").load(ROOT / "data" / "rules" / "handoff.yml")["rules"]
    assert INTENT in [step.get("intent") for rule in rules for step in rule["steps"]]
