"""Past cases for the commands that look back: few of them, of the demo company."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.compensation.decision_log import record
from bot.models import Complaint, Conversation
from bot.policy.decide import decide
from bot.policy.decision import CaseFacts
from tests.integration.harness import ANA, AppHarness, ConversationHarness

DAMAGED = f"Compré una licuadora, pedido 10482, y llegó quebrada. {ANA}"
LATE = "Mi pedido 10494 está atrasado. yolanda.cardenas@example.com"


@dataclass(frozen=True, slots=True)
class PastCases:
    """Two customers: Ana took her money back, Yolanda took none of what was offered."""

    ana: ConversationHarness
    yolanda: ConversationHarness


async def play_past_cases(app: AppHarness) -> PastCases:
    """Let both customers complain."""
    ana, yolanda = await app.chat(), await app.chat("en")
    await ana.send("damaged", DAMAGED)
    await ana.press(1)
    await yolanda.send("late_delivery", LATE)
    return PastCases(ana, yolanda)


async def decide_for(
    app: AppHarness, chat: ConversationHarness, facts: Sequence[CaseFacts]
) -> None:
    """Keep decisions by the policy in force for the case of a chat."""
    case = await chat.case()
    async with app.db.write() as session:
        fresh = await session.get_one(Complaint, case.id)
        conversation = await session.get_one(Conversation, chat.id)
        for one in facts:
            await record(session, fresh, conversation, one, decide(app.context.policy, one))
