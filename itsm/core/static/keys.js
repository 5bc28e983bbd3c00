// Everything by keys: shortcuts (data-key), rows of lists (data-rows), the palette (Ctrl K) and the list of keys (?).
(() => {
  "use strict";
  const palette = document.getElementById("palette");
  const help = document.getElementById("keys");
  const field = palette.querySelector("input");
  const list = palette.querySelector("ul");
  const visible = (element) => element.getClientRects().length > 0;
  const worded = (element) => [...element.childNodes].map((node) => (node.nodeName === "KBD" ? "" : node.textContent)).join("");
  const named = (element) =>
    (element.dataset.command || element.ariaLabel || element.title || worded(element.labels?.[0] ?? element)).trim().replace(/\s+/g, " ");

  // A key by its place on the keyboard, so that the Russian layout has the same ones.
  const keyOf = (event) => {
    if (event.code === "Slash") return event.shiftKey ? "?" : "/";
    const [, what, key] = /^(Key|Digit)(.)$/.exec(event.code) ?? [];
    return event.shiftKey ? (what === "Key" ? key : "") : (key?.toLowerCase() ?? ""); // a capital letter is one with Shift
  };

  // ---- typing ahead: what follows a key whose answer is still to come is text for what opens, never another shortcut
  const PATIENCE = 3000;
  let ahead = null;
  const expectMore = () => {
    const mine = (ahead = []);
    setTimeout(() => ahead === mine && (ahead = null), PATIENCE);
  };
  const give = () => {
    const [keys, input] = [ahead, document.activeElement];
    ahead = null;
    if (!keys) return;
    const text = keys.filter((key) => key !== "Enter").join("");
    if (text && input.matches("input[type=text], textarea")) {
      input.setRangeText(text, input.selectionStart, input.selectionEnd, "end");
      input.dispatchEvent(new InputEvent("input", { bubbles: true }));
    }
    if (text && keys.at(-1) === "Enter") input.form?.requestSubmit();
  };
  document.addEventListener("htmx:after:swap", (event) => {
    if (!event.detail.ctx?.sourceElement.matches("[data-live]")) queueMicrotask(give); // once the page has set the focus
  });
  // A page that is shown again from the browser's memory expects nothing; a new one may be shown after its first key.
  addEventListener("pageshow", (event) => event.persisted && (ahead = null));

  const use = (element) => {
    if (element.matches("a[href]:not([href^='#'])")) expectMore();
    element.closest("details:not([open])")?.setAttribute("open", "");
    if (element.matches("summary")) {
      element.parentElement.open = true; // a click would close what is open
      (element.parentElement.querySelector("input:not([type=hidden]), textarea, select") ?? element).focus();
    } else if (element.matches("input, textarea, select")) element.focus();
    else element.click();
    if (element.dataset.to) document.querySelector(element.dataset.to)?.focus(); // at once: the next key is text
    if (document.activeElement.matches("input:not([type=checkbox]), textarea, select")) ahead = null; // it is there already
  };
  const spelt = (key) => (/[A-Z]/.test(key) ? `Shift ${key}` : key);

  // ---- rows: j and k go, o opens, x selects
  const rows = () => [...document.querySelectorAll("[data-rows] > *")].filter(visible);
  const go = (step) => {
    const all = rows();
    if (!all.length) return false;
    const at = all.findIndex((row) => row.contains(document.activeElement));
    const next = all[Math.min(Math.max(at + step, 0), all.length - 1)];
    (next.querySelector("[data-open]") ?? next.querySelector("a"))?.focus();
    next.scrollIntoView({ block: "nearest" });
    return true;
  };
  const inRow = (selector) => document.activeElement.closest("[data-rows] > *")?.querySelector(selector);
  const moves = { j: () => go(1), k: () => go(-1), o: () => click(inRow("[data-open]")), x: () => click(inRow("[type=checkbox]")) };
  const click = (element) => {
    if (element?.matches("a[href]")) expectMore();
    element?.click();
    return Boolean(element);
  };
  const lead = (address) => {
    expectMore();
    location.assign(address);
  };

  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && event.code === "KeyK") {
      event.preventDefault();
      open();
      return;
    }
    if ((event.ctrlKey || event.metaKey) && event.key === "Enter") {
      const form = event.target.closest("form");
      if (form) form.requestSubmit(form.querySelector("[data-main]") ?? undefined);
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
    if (event.target.closest("input:not([type=checkbox]), textarea, select")) {
      if (event.key === "Escape") event.target.blur();
      return;
    }
    if (ahead) {
      if (event.key.length === 1 || event.key === "Enter") {
        ahead.push(event.key);
        event.preventDefault();
      }
      return;
    }
    const key = keyOf(event);
    if (!key) return;
    if (key === "?") {
      event.preventDefault();
      tellKeys();
    } else {
      const target = [...document.querySelectorAll(`[data-key="${CSS.escape(key)}"]`)].find(visible);
      if (target) use(target);
      if (target || moves[key]?.()) event.preventDefault();
    }
  });

  // ---- the keys of this page, as the page itself names them
  const tellKeys = () => {
    const body = help.querySelector("tbody");
    for (const old of body.querySelectorAll("[data-found]")) old.remove();
    const found = new Map();
    for (const element of document.querySelectorAll("[data-key]")) {
      if (visible(element) && !found.has(element.dataset.key)) found.set(element.dataset.key, named(element) || element.placeholder);
    }
    for (const [key, text] of found) {
      const row = document.createElement("tr");
      row.dataset.found = "";
      row.append(document.createElement("td"), document.createElement("td"));
      row.firstChild.append(Object.assign(document.createElement("kbd"), { textContent: spelt(key) }));
      row.lastChild.textContent = text;
      body.append(row);
    }
    for (const row of body.querySelectorAll("[data-rows-only]")) row.hidden = !rows().length;
    help.showModal();
  };

  // ---- the palette: what this page offers, where the navigation leads, and what the search finds
  const commands = () => [
    ...[...document.querySelectorAll("main [data-command], main [data-key]")].filter(visible),
    ...document.querySelectorAll("#nav a[href], header a[href]:not(.brand), header [data-command]"),
  ];
  let offered = [];
  let at = 0;
  const folded = (text) => text.toLowerCase().replaceAll("ё", "е");

  const show = (entries) => {
    offered = entries;
    at = Math.min(at, Math.max(entries.length - 1, 0));
    list.replaceChildren(
      ...entries.map(({ title, hint }, index) => {
        const item = document.createElement("li");
        item.id = `palette-${index}`;
        item.setAttribute("role", "option");
        item.setAttribute("aria-selected", String(index === at));
        item.append(Object.assign(document.createElement("span"), { textContent: title, dir: "auto" }));
        if (hint) item.append(Object.assign(document.createElement("small"), { textContent: hint }));
        return item;
      }),
    );
    mark();
  };
  const mark = () => {
    [...list.children].forEach((item, index) => item.setAttribute("aria-selected", String(index === at)));
    const current = list.children[at];
    current?.scrollIntoView({ block: "nearest" });
    if (current) field.setAttribute("aria-activedescendant", current.id);
    else field.removeAttribute("aria-activedescendant");
  };

  const local = (typed) => {
    const parts = folded(typed).split(/\s+/).filter(Boolean);
    const seen = new Set();
    return commands()
      .map((element) => ({ title: named(element), hint: spelt(element.dataset.key ?? ""), run: () => use(element) }))
      .filter(({ title }) => title && parts.every((part) => folded(title).includes(part)) && !seen.has(title) && seen.add(title))
      .slice(0, 12);
  };

  let asked = 0;
  const look = async () => {
    const typed = field.value.trim();
    const mine = local(typed);
    const number = /^[#№]?\s*(\d{1,15})$/.exec(typed)?.[1];
    if (number) mine.unshift({ title: `#${number}`, hint: palette.dataset.ticket, run: () => lead(`/tickets/${number}`) });
    at = 0;
    show(mine);
    const turn = (asked += 1);
    if (typed.length < 2) return;
    const answer = await fetch(`/search/suggest?q=${encodeURIComponent(typed)}`, { headers: { Accept: "application/json" } });
    if (!answer.ok || turn !== asked) return;
    const { items } = await answer.json();
    const found = items.map(({ title, url, label }) => ({ title, hint: label, run: () => lead(url) }));
    show([...mine, ...found]);
  };

  const open = () => {
    if (palette.open) return;
    field.value = "";
    palette.showModal();
    look();
  };
  const choose = (index) => {
    const entry = offered[index];
    if (!entry) return;
    palette.close();
    entry.run();
  };

  let timer = 0;
  field.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(() => look().catch(() => {}), 120);
  });
  field.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      event.preventDefault();
      at = (at + step + offered.length) % Math.max(offered.length, 1);
      mark();
    } else if (event.key === "Enter") {
      event.preventDefault();
      choose(at);
    }
  });
  list.addEventListener("click", (event) => choose([...list.children].indexOf(event.target.closest("li"))));
  for (const dialog of [palette, help]) {
    dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
  }
  for (const button of document.querySelectorAll("[data-palette]")) button.addEventListener("click", open);
  for (const button of document.querySelectorAll("[data-keys]")) button.addEventListener("click", tellKeys);
})();
