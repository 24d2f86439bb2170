"""What the page needs about the signed-in agent and the company, as JSON."""

from bot.agents.accounts import AgentStatus
from bot.agents.sessions import SignedIn
from bot.console.serializers import Json
from bot.context.company_context import CompanyContext
from bot.money import minor_digits


def serialize_profile(
    context: CompanyContext, signed_in: SignedIn, statuses: list[AgentStatus]
) -> Json:
    """Return the agent's account and CSRF token, and the company's data for the page's forms.

    Args:
        statuses: all agents who may sign in; the others become the list of colleagues.
    """
    agent, company = signed_in.agent, context.company
    return {
        "agent": {
            "id": agent.id,
            "name": agent.name,
            "email": agent.email,
            "role": agent.role,
            "presence": agent.presence,
            "capacity": agent.capacity,
            "language": agent.language,
        },
        "csrf": signed_in.csrf,
        "company": {
            "name": company.name,
            "country": company.country,
            "currency": company.currency,
            # Browsers show pesos without decimals, and would convert minor units accordingly.
            "minor_digits": minor_digits(company.currency),
            "time_zone": company.time_zone,
            "assignment": company.people.assignment,
        },
        "causes": [
            {"slug": slug, "title": title[agent.language]} for slug, title in context.causes.items()
        ],
        "remedies": [
            {"name": name, "title": spec.title[agent.language]}
            for name, spec in context.policy.remedies.items()
        ],
        "answers": [answer.model_dump() for answer in context.canned_answers],
        "colleagues": [
            {"id": status.agent.id, "name": status.agent.name, "role": status.agent.role}
            for status in statuses
            if status.agent.id != agent.id
        ],
    }
