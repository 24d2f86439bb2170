"""The statements of this package that run in many turns, built once."""

from sqlalchemy import bindparam, func, select

from bot.models import (
    Account,
    Compensation,
    Complaint,
    DecisionRecord,
    LedgerEntry,
    Offer,
    OfferState,
    ProviderTry,
    SpendingPause,
)

# Lock a case and read it anew, whatever the session has cached.
LOCK_CASE = (
    select(Complaint)
    .where(Complaint.id == bindparam("case"))
    .with_for_update()
    .execution_options(populate_existing=True)
)

# The open offer of a case.
OPEN_OFFER = select(Offer).where(
    Offer.complaint_id == bindparam("case"), Offer.state == OfferState.OPEN
)
# The alternatives of an offer, in the order in which they are shown.
ALTERNATIVES = (
    select(Compensation)
    .where(Compensation.offer_id == bindparam("offer"))
    .order_by(Compensation.position)
)

# The last decision in a case, by the policy in force or by the shadow policy.
LATEST_DECISION = (
    select(DecisionRecord)
    .where(
        DecisionRecord.complaint_id == bindparam("case"), DecisionRecord.mode == bindparam("mode")
    )
    .order_by(DecisionRecord.id.desc())
    .limit(1)
)

# Lines of the ledger by which the assistant gave something.
GIVEN_BY_BOT = (LedgerEntry.from_account == Account.COMPANY, LedgerEntry.originator == "bot")
# The open pause of the assistant's spending.
OPEN_PAUSE = select(SpendingPause).where(SpendingPause.is_open)
# When the last pause ended.
LAST_RESUMED = select(func.max(SpendingPause.resumed_at))
# The error flags of the last tries with the provider, the newest first.
LAST_TRIES = (
    select(ProviderTry.is_error)
    .where(ProviderTry.at > bindparam("since"))
    .order_by(ProviderTry.id.desc())
    .limit(bindparam("times"))
)
# How many remedies the assistant has given since a moment.
COUNT_GIVEN = select(func.count()).where(*GIVEN_BY_BOT, LedgerEntry.created_at > bindparam("since"))
# When the assistant gave its first remedy.
FIRST_GIVEN = select(func.min(LedgerEntry.created_at)).where(*GIVEN_BY_BOT)
