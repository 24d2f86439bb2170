"""What everyone who serves a customer works with: the company, its policy and the wording."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import structlog

from bot.company.business_hours import Calendar
from bot.company.canned_answers import Answer, load_answers
from bot.company.causes import load_causes
from bot.company.profile import Company, load_company
from bot.config.localized import LocalText
from bot.config.settings import ROOT, Settings
from bot.policy.decide import Policy, PolicyError, load_policy
from bot.text.responses import Wording, load_wording

DOMAIN = ROOT / "domain.yml"
POLICY, SHADOW = "policy.yml", "policy.shadow.yml"

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Desk:
    """Never changed: where a policy file changes, the next turn gets another desk."""

    company: Company
    policy: Policy
    wording: Wording
    causes: Mapping[str, LocalText] = field(default_factory=dict)
    answers: tuple[Answer, ...] = ()
    shadow: Policy | None = None  # decides beside the policy, and gives nothing

    @property
    def calendar(self) -> Calendar:
        """The company's business time."""
        return self.company.calendar


def open_desk(settings: Settings, domain: Path = DOMAIN) -> Desk:
    """Load the company's folder and the wording.

    Raises:
        FileError, WordingError: a file is wrong; the text says where.
    """
    company = load_company(settings.company_dir)
    return Desk(
        company=company,
        policy=load(settings, POLICY, company),
        wording=load_wording(domain, country=company.country, timezone=company.tz),
        causes=load_causes(settings.company_dir),
        answers=load_answers(settings.company_dir),
        shadow=_shadow(settings, company),
    )


def load(settings: Settings, name: str, company: Company) -> Policy:
    """One of the policies in the company's folder; raises PolicyError with all that is wrong."""
    path = settings.company_dir / name
    return load_policy(path, company, has_webhook=settings.provider_enabled)


def _shadow(settings: Settings, company: Company) -> Policy | None:
    """The policy that runs beside; a wrong one stops nobody from starting."""
    if not (settings.company_dir / SHADOW).exists():
        return None
    try:
        return load(settings, SHADOW, company)
    except PolicyError as error:
        log.warning("shadow_left_out", problems=str(error).splitlines())
        return None
