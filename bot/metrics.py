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
SENT = Counter(
    "regalo_sent_total", "What became of messages handed to a provider", ["channel", "outcome"]
)
POLICY_LOADS = Counter(
    "regalo_policy_loads_total", "Changed policy files that were looked at", ["file", "outcome"]
)
POLICY_BAD = Gauge(
    "regalo_policy_bad", "1 while a policy file is wrong and the one before is used", ["file"]
)
