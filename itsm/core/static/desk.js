// On top of pages that work without it: forms are sent in place, lists refresh themselves, suggestions, menus.
(() => {
  "use strict";
  const words = document.body.dataset;

  const tell = (text, bad = false) => {
    const place = document.getElementById("told");
    const line = Object.assign(document.createElement("p"), { className: bad ? "flash bad" : "flash", textContent: text });
    place.replaceChildren(line);
  };

  // ---- forms in <main> are sent by htmx, and the answer is merged into the page: nothing jumps, nothing typed is lost
  const isRefused = (ctx) => Boolean(ctx.response?.headers.get("HX-Refused")); // the page again, and why it was refused
  const inPlace = (ctx) => ctx.request.method === "POST";

  document.addEventListener("htmx:before:init", (event) => {
    const link = event.target.closest("a");
    if (link === event.target && !link.hasAttribute("hx-get")) event.preventDefault(); // links lead away as ever
  });

  document.addEventListener("htmx:before:swap", (event) => {
    const { ctx } = event.detail;
    if (ctx.response?.status >= 400) {
      event.preventDefault();
      const page = new DOMParser().parseFromString(ctx.text ?? "", "text/html");
      tell(page.querySelector("[data-problem]")?.textContent.trim() || words.failed, true);
    } else if (inPlace(ctx) && !isRefused(ctx)) {
      ctx.sourceElement.reset?.(); // done: what was typed here is no longer wanted
    }
  });

  // A second form waits for the answer to the first, which may change what it sends (a version); a second click does not.
  let flying = null;
  const waiting = [];
  document.addEventListener(
    "submit",
    (event) => {
      const form = event.target;
      if (!flying || !form.closest("main")) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      if (form !== flying.form) waiting.push({ action: form.action, button: event.submitter?.name ? event.submitter : null });
    },
    true,
  );
  document.addEventListener("htmx:before:request", (event) => {
    const { ctx } = event.detail;
    if (inPlace(ctx)) flying = { ctx, form: ctx.sourceElement }; // htmx may name another source once this one is gone
  });
  document.addEventListener("htmx:finally:request", (event) => {
    if (event.detail.ctx !== flying?.ctx) return;
    flying = null;
    const next = waiting.shift();
    if (next) setTimeout(() => again(next)); // when htmx is done with this one
  });
  const again = ({ action, button }) => {
    const form = [...document.querySelectorAll("main form")].find((other) => other.action === action);
    form?.requestSubmit(button && [...form.elements].find(({ name, value }) => name === button.name && value === button.value));
  };

  document.addEventListener("htmx:error", (event) => {
    if (event.detail.ctx && !event.detail.ctx.response) tell(words.offline, true);
  });

  document.addEventListener("htmx:before:history:update", (event) => {
    const here = location.pathname + location.search;
    if (flying || event.detail.history.path.split("#")[0] === here) event.preventDefault(); // what was sent has no address
  });

  document.addEventListener("htmx:after:swap", (event) => {
    const { ctx } = event.detail;
    if (!ctx || !inPlace(ctx)) return;
    const refused = document.querySelector("main [aria-invalid='true'], main [role='alert']");
    if (isRefused(ctx) && refused) {
      if (!refused.matches("input, select, textarea")) refused.tabIndex = -1;
      refused.focus();
    } else if (document.activeElement === document.body) {
      document.getElementById("main").focus({ preventScroll: true });
    }
    bring(ctx.text);
  });

  // What the head of the answer needs and this page lacks; scripts of pages begin at `desk:shown`.
  const bring = (text) => {
    const head = new DOMParser().parseFromString(text.slice(0, text.indexOf("</head>")), "text/html").head;
    const fresh = [...head.querySelectorAll("script[src], link[rel='stylesheet']")].filter((wanted) => {
      const name = wanted.matches("script") ? "src" : "href";
      return !document.head.querySelector(`[${name}="${CSS.escape(wanted.getAttribute(name))}"]`);
    });
    for (const wanted of fresh) {
      const made = document.createElement(wanted.localName);
      for (const { name, value } of wanted.attributes) made.setAttribute(name, value);
      document.head.append(made);
    }
    document.dispatchEvent(new Event("desk:shown"));
  };

  // ---- lists that refresh themselves: the server is asked with the tag of what is shown, and not while nobody looks
  document.addEventListener("htmx:config:request", (event) => {
    const { ctx } = event.detail;
    if (!ctx.sourceElement.matches("[data-live]")) return;
    const busy = document.hidden || document.querySelector("dialog[open]") || getSelection()?.type === "Range";
    if (busy) event.preventDefault();
    else if (ctx.sourceElement.dataset.live) ctx.request.headers["If-None-Match"] = ctx.sourceElement.dataset.live;
  });

  // What has not changed may have a new tag all the same: that of this moment is the cheapest one to ask with.
  document.addEventListener("htmx:after:request", (event) => {
    const { ctx } = event.detail;
    const tag = ctx.response?.headers.get("ETag");
    if (ctx.response?.status === 304 && tag && ctx.sourceElement.matches("[data-live]")) ctx.sourceElement.dataset.live = tag;
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

  // ---- ready texts go where the cursor stands
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-put]");
    if (!button) return;
    const area = document.getElementById(button.dataset.put);
    area.focus();
    area.setRangeText(button.nextElementSibling.textContent, area.selectionStart, area.selectionEnd, "end");
    area.dispatchEvent(new Event("input", { bubbles: true }));
    button.closest("details").open = false;
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
