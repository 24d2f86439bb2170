"""What is counted and timed, for Prometheus at ``/metrics``."""

from prometheus_client import Counter, Gauge, Histogram

MESSAGES = Counter("regalo_messages_total", "Messages stored", ["channel", "author"])
REFUSED = Counter("regalo_refused_total", "Incoming messages refused", ["channel", "code"])
TURN_SECONDS = Histogram(
    "regalo_turn_seconds",
    "From taking up a message to its stored answer",
    buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60),
)
APOLOGY_SECONDS = Histogram(
    "regalo_apology_seconds",
    "The sixty-second clock: from a complaint's first message to its apology",
    buckets=(0.1, 0.25, 0.5, 1, 2, 5, 10, 30, 60, 120),
)
ENGINE_FAILURES = Counter("regalo_engine_failures_total", "Turns that the engine did not answer")
TRUTH_BLOCKED = Counter("regalo_truth_blocked_total", "Texts that no row backed")
SOCKETS = Gauge("regalo_sockets", "Open web chats")
CLAIM_SECONDS = Histogram(
    "regalo_claim_seconds",
    "How long a case waited for a person",
    buckets=(10, 30, 60, 120, 300, 600, 1200, 1800, 3600, 7200, 14400),
)
CONSOLES = Gauge("regalo_consoles", "Open consoles")
SIGN_INS = Counter("regalo_sign_ins_total", "Sign-ins to the console", ["outcome"])
ASKED_KNOWN = Counter(
    "regalo_asked_known_total", "Messages of agents that asked for what was known"
)
PROVIDER_ANSWERS = Counter(
    "regalo_provider_answers_total",
    "Answers of the company's own system",
    ["outcome"],
)
FULFILMENTS = Counter(
    "regalo_fulfilments_total", "What became of remedies that it was asked for", ["state"]
)
FULFILMENTS_PENDING = Gauge("regalo_fulfilments_pending", "Remedies that it is still to carry out")
FULFILMENTS_OLDEST = Gauge(
    "regalo_fulfilments_oldest_seconds", "For how long the oldest of them has waited"
)
SENT = Counter(
    "regalo_sent_total", "What became of messages handed to a provider", ["channel", "outcome"]
)
PAUSED = Gauge("regalo_spending_paused", "1 while the assistant's spending stands still")
POLICY_LOADS = Counter(
    "regalo_policy_loads_total", "Changed policy files that were looked at", ["file", "outcome"]
)
POLICY_BAD = Gauge(
    "regalo_policy_bad", "1 while a policy file is wrong and the one before is used", ["file"]
)
