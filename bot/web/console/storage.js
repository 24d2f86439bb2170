// @ts-check
/** What outlives a reload: drafts and unsent messages of this tab, the console's preferences of this browser. */

import { browserStorage, tabStorage } from "../shared/storage.js";

/** How this browser's console looks and sounds: "language", "theme", "muted", "letters". */
export const preferences = browserStorage("regalo console ");

/** What one page leaves to the next in this tab: "ended", "chosen". */
export const tabState = tabStorage("regalo console ");

/**
 * Drafts and unsent messages of one agent; another agent who signs in here does not see them.
 *
 * @param {number} agentId
 */
export const agentStorage = (agentId) => tabStorage(`regalo agent ${agentId} `);
