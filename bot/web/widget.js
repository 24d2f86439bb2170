// @ts-check
/**
 * Regalo's chat on any page:
 *   <script src="https://…/widget.js" defer></script>
 * Optional attributes: data-open (open at start), data-language ("es" or "en"; default: the page's),
 * data-customer (a signed token that says who the visitor is).
 * Any element of the page that carries data-regalo-open opens the chat when it is pressed.
 */
(() => {
  const script = /** @type {HTMLScriptElement} */ (document.currentScript);
  const home = new URL(".", script.src);

  const start = async () => {
    /** @type {typeof import("./widget/chat.js")} */
    const { mount } = await import(new URL("widget/chat.js", home).href);
    mount({
      home,
      language: script.dataset.language ?? document.documentElement.lang,
      customer: script.dataset.customer ?? null,
      open: "open" in script.dataset,
    });
  };

  // Without `defer` the script runs before the page has a body to hold the chat.
  if (document.body) start();
  else document.addEventListener("DOMContentLoaded", start, { once: true });
})();
