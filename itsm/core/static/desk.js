// On top of pages that work without it: forms are sent in place, lists refresh themselves, suggestions, menus.
(() => {
  "use strict";
  const words = document.documentElement.dataset;
  const AGAIN = new Set([409, 412, 422, 428]); // the same page once more, with what was typed and why it was refused

  const tell = (text, bad = false) => {
    const place = document.getElementById("told");
    const line = Object.assign(document.createElement("p"), { className: bad ? "flash bad" : "flash", textContent: text });
    place.replaceChildren(line);
  };

  // ---- forms in <main> are sent by htmx, and the answer is merged into the page: nothing jumps, nothing typed is lost
  const inPlace = (ctx) => ctx.request.method !== "GET" && ctx.sourceElement.matches("form");

  document.addEventListener("htmx:before:init", (event) => {
    const link = event.target.closest("a");
    if (link === event.target && !link.hasAttribute("hx-get")) event.preventDefault(); // links lead away as ever
  });

  document.addEventListener("htmx:before:swap", (event) => {
    const { ctx } = event.detail;
    const status = ctx.response?.status ?? 200;
    if (status >= 400 && !AGAIN.has(status)) {
      event.preventDefault();
      const page = new DOMParser().parseFromString(ctx.text ?? "", "text/html");
      tell(page.querySelector("[data-problem]")?.textContent.trim() || words.failed, true);
    } else if (status < 400 && inPlace(ctx)) {
      ctx.sourceElement.reset(); // done: what was typed here is no longer wanted
    }
  });

  document.addEventListener("htmx:error", (event) => {
    if (event.detail.ctx && !event.detail.ctx.response) tell(words.offline, true);
  });

  document.addEventListener("htmx:before:history:update", (event) => {
    const { history, sourceElement } = event.detail;
    const here = location.pathname + location.search;
    if (sourceElement?.method === "post" || history.path.split("#")[0] === here) event.preventDefault();
  });

  document.addEventListener("htmx:after:swap", (event) => {
    const refused = document.querySelector("main [aria-invalid='true'], main [role='alert']");
    const { ctx } = event.detail;
    if (!ctx || !inPlace(ctx)) return;
    if (ctx.response?.status >= 400 && refused) {
      if (!refused.matches("input, select, textarea")) refused.tabIndex = -1;
      refused.focus();
    } else if (document.activeElement === document.body) {
      document.getElementById("main").focus({ preventScroll: true });
    }
  });

  // ---- lists that refresh themselves: the server is asked with the tag of what is shown, and not while nobody looks
  document.addEventListener("htmx:config:request", (event) => {
    const { ctx } = event.detail;
    if (!ctx.sourceElement.matches("[data-live]")) return;
    const busy = document.hidden || document.querySelector("dialog[open]") || getSelection()?.type === "Range";
    if (busy) event.preventDefault();
    else if (ctx.sourceElement.dataset.live) ctx.request.headers["If-None-Match"] = ctx.sourceElement.dataset.live;
  });

  // ---- suggestions for an input
  const suggest = async (input) => {
    const list = document.getElementById(input.getAttribute("list"));
    const typed = input.value.trim();
    if (!list || typed.length < 2) return;
    const address = new URL(input.dataset.suggest, location.href);
    address.searchParams.set("q", typed);
    const answer = await fetch(address, { headers: { Accept: "application/json" } });
    if (!answer.ok || input.value.trim() !== typed) return;
    const { items } = await answer.json();
    list.replaceChildren(...items.map((item) => Object.assign(document.createElement("option"), { value: item })));
  };

  const timers = new WeakMap();
  document.addEventListener("input", (event) => {
    const input = event.target.closest("[data-suggest]");
    if (!input) return;
    clearTimeout(timers.get(input));
    timers.set(input, setTimeout(() => suggest(input).catch(() => {}), 180));
  });

  // ---- menus close when one looks elsewhere
  document.addEventListener("click", (event) => {
    for (const menu of document.querySelectorAll("[data-menu][open]")) {
      if (!menu.contains(event.target)) menu.open = false;
    }
  });

  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const menu of document.querySelectorAll("[data-menu][open]")) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
  });

  // ---- no form is sent twice; those in place are held back by htmx
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post" || event.defaultPrevented) return;
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "1";
    setTimeout(() => delete form.dataset.sent, 8000);
  });
  addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
  });
})();
