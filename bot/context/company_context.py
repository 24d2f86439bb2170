"""What every turn works with: the company and the responses, which never change, and its policy."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import structlog

from bot.company.business_hours import Calendar
from bot.company.canned_answers import CannedAnswer, load_canned_answers
from bot.company.causes import load_causes
from bot.company.profile import Company, load_company
from bot.config.localized import LocalText
from bot.config.settings import ROOT, Settings
from bot.policy.loader import POLICY_FILE, SHADOW_POLICY_FILE, PolicyError, load_policy
from bot.policy.model import Policy
from bot.text.responses import Responses, load_responses

DOMAIN = ROOT / "domain.yml"

log = structlog.get_logger()


@dataclass(slots=True)
class PolicyInForce:
    """The policy that decides now; one per process, shared by every ``CompanyContext``.

    The policy reloader sets its fields, so a read returns the newest policy.
    """

    policy: Policy
    shadow: Policy | None = None  # decides the same cases for comparison; grants no remedy


@dataclass(frozen=True, slots=True)
class CompanyContext:
    """The company, the responses, and a handle to the policy in force."""

    company: Company
    responses: Responses
    in_force: PolicyInForce
    causes: Mapping[str, LocalText] = field(default_factory=dict)
    canned_answers: tuple[CannedAnswer, ...] = ()

    @property
    def calendar(self) -> Calendar:
        """The company's business time."""
        return self.company.calendar

    @property
    def policy(self) -> Policy:
        """The policy in force at this moment."""
        return self.in_force.policy

    @property
    def shadow(self) -> Policy | None:
        """The shadow policy at this moment, if there is one."""
        return self.in_force.shadow

    def pinned(self) -> "CompanyContext":
        """Return this context with the policies as they are now.

        A turn works with a pinned one, so that it sees one policy from its start to its end.
        """
        return replace(self, in_force=replace(self.in_force))


def load_company_context(settings: Settings, domain: Path = DOMAIN) -> CompanyContext:
    """Load the company's folder and the responses.

    Raises:
        FileError, ResponsesError: a file is invalid; the text says where.
    """
    company = load_company(settings.company_dir)
    return CompanyContext(
        company=company,
        responses=load_responses(domain, country=company.country, timezone=company.tz),
        in_force=PolicyInForce(
            load_company_policy(settings, POLICY_FILE, company), _load_shadow(settings, company)
        ),
        causes=load_causes(settings.company_dir),
        canned_answers=load_canned_answers(settings.company_dir),
    )


def load_company_policy(settings: Settings, name: str, company: Company) -> Policy:
    """Load one of the policies in the company's folder.

    Raises:
        PolicyError: with everything that is wrong in the file.
    """
    path = settings.company_dir / name
    return load_policy(path, company, has_webhook=settings.provider_enabled)


def _load_shadow(settings: Settings, company: Company) -> Policy | None:
    """Load the shadow policy; log an invalid one and start without it."""
    if not (settings.company_dir / SHADOW_POLICY_FILE).exists():
        return None
    try:
        return load_company_policy(settings, SHADOW_POLICY_FILE, company)
    except PolicyError as error:
        log.warning("shadow_left_out", problems=str(error).splitlines())
        return None
