"""The metrics for Prometheus at ``/metrics``."""

from prometheus_client import Counter, Gauge, Histogram

MESSAGES = Counter("regalo_messages_total", "Messages stored", ["channel", "author"])
REFUSED = Counter("regalo_refused_total", "Incoming messages refused", ["channel", "code"])
TURN_SECONDS = Histogram(
    "regalo_turn_seconds",
    "Seconds from the start of a turn to its stored answer",
    buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60),
)
APOLOGY_SECONDS = Histogram(
    "regalo_apology_seconds",
    "Seconds from a complaint's first message to its apology; the limit is 60",
    buckets=(0.1, 0.25, 0.5, 1, 2, 5, 10, 30, 60, 120),
)
ENGINE_FAILURES = Counter("regalo_engine_failures_total", "Turns that the engine did not answer")
TRUTH_BLOCKED = Counter("regalo_truth_blocked_total", "Replies blocked by the truth gate")
SOCKETS = Gauge("regalo_sockets", "Open web chats")
CLAIM_SECONDS = Histogram(
    "regalo_claim_seconds",
    "Seconds that a case waited for an agent",
    buckets=(10, 30, 60, 120, 300, 600, 1200, 1800, 3600, 7200, 14400),
)
CONSOLES = Gauge("regalo_consoles", "Open consoles")
SIGN_INS = Counter("regalo_sign_ins_total", "Sign-ins to the console", ["outcome"])
ASKED_KNOWN = Counter(
    "regalo_asked_known_total", "Messages in which an agent asked for a fact that was known"
)
PROVIDER_ANSWERS = Counter(
    "regalo_provider_answers_total",
    "Answers of the company's own system",
    ["outcome"],
)
FULFILMENTS = Counter(
    "regalo_fulfilments_total",
    "Remedies requested from the company's system, by their result",
    ["state"],
)
FULFILMENTS_PENDING = Gauge(
    "regalo_fulfilments_pending", "Remedies that the company's system has not carried out yet"
)
FULFILMENTS_OLDEST = Gauge(
    "regalo_fulfilments_oldest_seconds", "Seconds that the oldest pending remedy has waited"
)
SENT = Counter(
    "regalo_sent_total", "Messages handed to a provider, by outcome", ["channel", "outcome"]
)
PAUSED = Gauge("regalo_spending_paused", "1 while the bot's spending is paused")
POLICY_LOADS = Counter(
    "regalo_policy_loads_total", "Changed policy files that were read", ["file", "outcome"]
)
POLICY_BAD = Gauge(
    "regalo_policy_bad", "1 while a policy file is wrong and the previous policy is used", ["file"]
)
