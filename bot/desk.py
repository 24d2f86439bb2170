"""What everyone who serves a customer works with: the company, its policy and the wording."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from bot.canned import Answer, load_answers
from bot.cause import load_causes
from bot.company import Company, load_company
from bot.local_text import LocalText
from bot.policy import Policy, load_policy
from bot.settings import ROOT, Settings
from bot.sla import Calendar
from bot.wording import Wording, load_wording

DOMAIN = ROOT / "domain.yml"


@dataclass(frozen=True, slots=True)
class Desk:
    """Read once when a process starts."""

    company: Company
    policy: Policy
    wording: Wording
    causes: Mapping[str, LocalText] = field(default_factory=dict)
    answers: tuple[Answer, ...] = ()

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
        policy=load_policy(
            settings.company_dir / "policy.yml", company, has_webhook=settings.provider_enabled
        ),
        wording=load_wording(domain, country=company.country, timezone=company.tz),
        causes=load_causes(settings.company_dir),
        answers=load_answers(settings.company_dir),
    )
