/**
 * The data that the pages exchange with the server: frames of the two sockets, and the console's JSON.
 *
 * Field names are the server's. Moments are ISO 8601 strings in UTC (`…_at`, `at`, `now`); amounts are
 * integers in minor units with an ISO 4217 currency.
 */

export type Language = "es" | "en";
export type Author = "customer" | "bot" | "agent" | "system";
export type Owner = "bot" | "queue" | "agent";

/** How far a message has come; "answered" only for the customer's, "failed" only for ours. */
export type Delivery = "stored" | "answered" | "pending" | "sent" | "delivered" | "read" | "failed";

export interface Photo {
  id: string;
  width: number;
  height: number;
}

/** An alternative put to the customer; `token` names it when it is chosen. */
export interface Choice {
  token: string;
  title: string;
  detail: string | null;
}

/** A voice note, a video or a document. */
export interface AttachedFile {
  id: string;
  kind: string;
  name: string | null;
  type: string;
}

export interface Place {
  name?: string;
  address?: string;
  latitude: number;
  longitude: number;
}

/** A message of a conversation, as both pages are shown it. */
export interface Message {
  /** Its position in the conversation; null until the server has it, negative from another channel. */
  seq: number;
  /** The id that the sending page drew, if a page sent it. */
  id: string | null;
  author: Author;
  name: string | null;
  text: string;
  /** It is a press on a choice, whose title is its text. */
  pressed: boolean;
  choices: Choice[];
  /** The token of the choice that was taken. */
  chosen: string | null;
  /** Its choices can no longer be taken. */
  spent: boolean;
  photos: Photo[];
  channel: string;
  /** "text", or what came instead: "sticker", "contact", "location", "unsupported", … */
  what: string;
  files: AttachedFile[];
  place: Place | null;
  /** Why the delivery failed. */
  why: string | null;
  at: string;
  delivery: Delivery;
}

// --- the web chat's socket: /chat/socket ---

/** What the chat sends. */
export type ChatRequest =
  | ChatHello
  | { type: "message"; id: string; text: string; photos: string[] }
  | { type: "choose"; id: string; token: string }
  | { type: "typing" }
  | { type: "seen"; seq: number }
  | { type: "ping" };

export interface ChatHello {
  type: "hello";
  /** The token that an earlier welcome gave. */
  session: string | null;
  /** Messages up to this position need not be sent again. */
  after: number;
  language: Language;
  /** The embedding site's signed word on who the visitor is. */
  customer: string | null;
  /** A random number that this browser keeps. */
  device: string;
}

/** What the server sends to the chat. */
export type ChatFrame =
  | ChatWelcome
  | { type: "message"; message: Message }
  | { type: "stored"; id: string; seq: number; at: string }
  | { type: "answered"; id: string | null }
  | { type: "typing"; on: boolean; author: "bot" | "agent"; name: string | null }
  | { type: "owner"; owner: Owner; name: string | null }
  | { type: "spent"; seq: number; chosen: string | null }
  | { type: "error"; code: string; text: string; id: string | null };

export interface ChatWelcome {
  type: "welcome";
  session: string;
  language: Language;
  owner: Owner;
  /** The agent's first name, while an agent has the conversation. */
  name: string | null;
  messages: Message[];
}

// --- the console's socket: /console/socket ---

/** What the console sends. */
export type ConsoleRequest =
  | { type: "hello"; csrf: string }
  | { type: "ping" }
  /** Send the events of this conversation, and of no other. */
  | { type: "watch"; conversation: string | null }
  | { type: "typing"; conversation: string | null; on: boolean };

/** What the server sends to the console; what has a `conversation` is sent to those who watch it. */
export type ConsoleFrame =
  | { type: "welcome" }
  | { type: "board" }
  | { type: "signed_out" }
  | { type: "case"; conversation: string }
  | { type: "message"; conversation: string; message: Message }
  | { type: "typing"; conversation: string; on: boolean; author: Author; name: string | null }
  | { type: "delivery"; conversation: string; seq: number; state: Delivery }
  | { type: "spent"; conversation: string; seq: number; chosen: string | null };

// --- the console's JSON: /console/api/… ---

export type Role = "agent" | "supervisor";
export type Presence = "available" | "away" | "offline";

export interface Money {
  amount_minor: number;
  currency: string;
  /** As the agent's language writes it. */
  text: string;
}

/** `GET api/me`, and the answer to a sign-in. */
export interface Me {
  agent: {
    id: number;
    name: string;
    email: string;
    role: Role;
    presence: Presence;
    capacity: number;
    language: Language;
  };
  csrf: string;
  company: Company;
  causes: { slug: string; title: string }[];
  remedies: { name: string; title: string }[];
  answers: CannedAnswer[];
  colleagues: { id: number; name: string; role: Role }[];
}

export interface Company {
  name: string;
  country: string;
  currency: string;
  minor_digits: number;
  time_zone: string;
  assignment: string;
}

/** A text that an agent can begin an answer with; names in braces stand for the case's values. */
export interface CannedAnswer {
  name: string;
  title: Record<Language, string>;
  text: Record<Language, string>;
}

/** An agent at work. */
export interface AgentStatus {
  id: number;
  name: string;
  role: Role;
  presence: Presence;
  /** How many cases they have, and how many they can have. */
  load: number;
  capacity: number;
}

/** `GET api/agents`. */
export interface AgentAccount extends AgentStatus {
  email: string;
  is_active: boolean;
}

/** `GET api/board`. */
export interface BoardData {
  queue: Card[];
  mine: Card[];
  others: Card[];
  agents: AgentStatus[];
  approvals: Approval[];
  pause: { reason: string; at: string } | null;
  now: string;
}

/** A handoff as the lists show it. */
export interface Card {
  handoff: number;
  reference: string;
  conversation: string;
  state: "waiting" | "active" | "ended";
  reason: string;
  priority: number;
  channel: string;
  category: string;
  /** The customer has said what happened. */
  is_told: boolean;
  severity: string;
  emotion: string;
  customer: string | null;
  language: Language;
  waiting_since: string;
  due_at: string | null;
  is_late: boolean;
  breaks_soon: boolean;
  agent: { id: number; name: string } | null;
  read_at: string | null;
  unanswered: number;
  last: { author: Author; text: string; at: string } | null;
}

export interface Approval {
  id: number;
  reference: string;
  remedy: { name: string; title: string };
  amount: Money | null;
  why: string;
  state: "open" | "approved" | "declined";
  asked_by: string;
  asked_at: string;
  decided_by: string | null;
  decided_at: string | null;
  answer: string | null;
}

/** `GET api/cases/REFERENCE`. */
export interface CaseData {
  card: Card | null;
  case: Complaint;
  packet: Packet;
  messages: Message[];
  notes: Note[];
  history: CaseEvent[];
  approvals: Approval[];
  can: Permission[];
}

/** What the agent may do with the case now. */
export type Permission =
  | "abandon"
  | "ask"
  | "claim"
  | "give"
  | "note"
  | "promise"
  | "release"
  | "resolve"
  | "return"
  | "say"
  | "take_over"
  | "transfer";

export interface Complaint {
  reference: string;
  conversation: string;
  state: string;
  category: string;
  /** Further categories of the same complaint. */
  also: string[] | null;
  is_told: boolean;
  severity: string | null;
  emotion: string | null;
  desired: string | null;
  thing: string | null;
  cause: string | null;
  opened_at: string;
  resolved_at: string | null;
  language: Language;
  channel: string;
  writable_until: string | null;
  unreachable_at: string | null;
  customer: string | null;
}

/** A private note of the team's. */
export interface Note {
  id: string;
  author: string;
  text: string;
  at: string;
}

export interface CaseEvent {
  at: string;
  actor: string;
  what: string;
  detail: Record<string, unknown> | null;
}

/** The whole case, as the agent who takes it is handed it. */
export interface Packet {
  summary: string;
  confirmed: "yes" | "corrected" | "no" | null;
  corrections: string[];
  told_wait: ToldWait;
  customer: { name: string | null; email: string | null; phone: string | null; proven_by: string | null } | null;
  facts: Fact[];
  orders: Order[];
  offers: Offer[];
  /** Why the policy left the case to a human, if it did. */
  person_why: Decision | null;
  promises: Promised[];
  earlier: { reference: string; category: string; state: string; opened_at: string; given: string | null }[];
  photos: Photo[];
  remedies: PossibleRemedy[];
  value_at_risk: Money | null;
  remedy_cost: Money | null;
  tier: string | null;
  authority: Authority | null;
  signals: { name: string; text: string; references: string[]; at: string }[];
}

/** What the customer was told about the wait; minutes. */
export interface ToldWait {
  place: number | null;
  low: number | null;
  high: number | null;
}

/** What the agent may give: at most in one case, in a day, and what is left of that. */
export interface Authority {
  per_case: Money;
  per_day: Money | null;
  left: Money;
}

/** Something that is known and need not be asked. */
export interface Fact {
  name: string;
  value: string;
  source: string;
  at?: string | null;
}

export interface Order {
  number: string;
  items: string[];
  total: Money;
  status: string;
  placed_at: string | null;
  promised_at: string | null;
  delivered_at: string | null;
  /** The complaint is about this one. */
  is_this: boolean;
}

export interface Offer {
  at: string;
  by: string;
  policy_version: string | null;
  rule: string | null;
  reasons: string[] | null;
  state: string;
  alternatives: OfferedAlternative[];
  /** How the policy came to it; null for an agent's offer. */
  why: Decision | null;
}

export interface OfferedAlternative {
  kind: string;
  title: string | null;
  amount: Money | null;
  state: string;
  code: string | null;
}

/** A promise to the customer. */
export interface Promised {
  id: string;
  what: string;
  words: string | null;
  due_at: string;
  state: "open" | "kept" | "broken" | "void";
  by: string;
}

/** A remedy that may be given in the case. */
export interface PossibleRemedy {
  name: string;
  kind: string;
  title: string;
  detail: string | null;
  /** The policy's own amount. */
  amount: Money | null;
  /** What it counts against the agent's authority. */
  value: Money | null;
  takes_amount: boolean;
}

/** A decision of the policy, with the facts and limits that it was made from. */
export interface Decision {
  rule: string | null;
  why: string | null;
  policy_version: string | null;
  reason: string | null;
  facts: {
    category: string;
    severity: string;
    order_value: Money | null;
    tier: string | null;
    value_at_risk: Money | null;
    failures: number;
    identity_proven: boolean;
    has_photo: boolean;
    desired: string | null;
    order_remedies: number;
    customer_remedies: number;
  };
  raised_percent: string | null;
  first_because: "wish" | "right" | "weight" | null;
  alternatives: RankedAlternative[];
  left_out: { kind: string; reason: string }[];
  order_left: Money | null;
  customer_left: Money | null;
}

export interface RankedAlternative {
  title: string;
  is_entitlement: boolean;
  cost: Money | null;
  worth: Money | null;
  weight: Money | null;
}

/** A case that a search found. */
export interface SearchResult {
  reference: string;
  category: string;
  state: string;
  customer: string | null;
  order: string | null;
  opened_at: string;
  agent: string | null;
  snippet: string | null;
}

/** `POST api/vouchers/check`. */
export interface Voucher {
  code: string;
  title: string;
  state: "open" | "spent" | "expired" | "void";
  amount: Money | null;
  /** What can still be taken; null for a voucher without an amount. */
  left: Money | null;
  expires_at: string | null;
  case: string;
}

/** `GET api/wallboard`. */
export interface WallboardData {
  waiting: number;
  longest_wait_seconds: number | null;
  active: number;
  agents: AgentStatus[];
  promises: {
    open: number;
    due_soon: number;
    broken_today: number;
    list: (Promised & { reference: string; agent: string | null })[];
  };
  /** The last 24 hours. */
  clock: {
    complaints: number;
    within_60: number;
    median_seconds: number | null;
    worst_seconds: number | null;
  };
  answers: { sent: number; asked_known: number };
  resolved_today: number;
  returned_today: number;
}
