// A new ticket by keyboard: the requester is found while one types; arrows and Enter choose, without leaving the field.
(() => {
  "use strict";
  const LEAST = 2;

  const listOf = (input) => document.getElementById(input.getAttribute("aria-controls"));
  const options = (input) => [...listOf(input).children];
  const chosen = (input) => options(input).find((option) => option.getAttribute("aria-selected") === "true");

  const close = (input) => {
    listOf(input).hidden = true;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  };

  const mark = (input, option) => {
    for (const other of options(input)) other.setAttribute("aria-selected", String(other === option));
    input.setAttribute("aria-activedescendant", option.id);
    option.scrollIntoView({ block: "nearest" });
  };

  const show = (input, items) => {
    const list = listOf(input);
    list.replaceChildren(
      ...items.map(({ value, name, hint }, index) => {
        const option = Object.assign(document.createElement("li"), { id: `${list.id}-${index}` });
        option.setAttribute("role", "option");
        option.dataset.value = value;
        option.append(Object.assign(document.createElement("span"), { textContent: name, dir: "auto" }));
        option.append(Object.assign(document.createElement("small"), { textContent: hint, dir: "auto" }));
        return option;
      }),
    );
    if (!items.length) return close(input);
    list.hidden = false;
    input.setAttribute("aria-expanded", "true");
    mark(input, list.firstChild);
  };

  // What was chosen stands in the field; the page is asked who that is, and one goes on with the next field.
  const fill = (input, value) => {
    input.value = value;
    clearTimeout(timers.get(input));
    close(input);
    input.dispatchEvent(new Event("change", { bubbles: true }));
    next(input)?.focus();
  };
  const next = (input) => {
    const fields = [...input.form.elements].filter((one) => one.getClientRects().length && one.type !== "radio" && !one.closest("#who"));
    return fields[fields.indexOf(input) + 1];
  };

  const timers = new WeakMap();
  const find = async (input) => {
    const typed = input.value.trim();
    if (typed.length < LEAST) return close(input);
    const address = new URL(input.dataset.find, location.href);
    address.searchParams.set("q", typed);
    const answer = await fetch(address, { headers: { Accept: "application/json" } });
    if (!answer.ok || input.value.trim() !== typed || document.activeElement !== input) return;
    show(input, (await answer.json()).items);
  };

  document.addEventListener("input", (event) => {
    const input = event.target.closest("[data-find]");
    if (!input) return;
    clearTimeout(timers.get(input));
    timers.set(input, setTimeout(() => find(input).catch(() => {}), 120));
  });
  // Who types at once has typed before this script was here.
  const early = document.activeElement;
  if (early.matches("[data-find]") && early.value !== early.defaultValue) find(early).catch(() => {});

  document.addEventListener("keydown", (event) => {
    const input = event.target.closest("[data-find]");
    if (!input || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    const open = !listOf(input).hidden;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && open) {
      event.preventDefault();
      const all = options(input);
      mark(input, all[(all.indexOf(chosen(input)) + step + all.length) % all.length]);
    } else if (event.key === "Enter") {
      event.preventDefault();
      fill(input, open ? chosen(input).dataset.value : input.value);
    } else if (event.key === "Escape" && open) {
      event.stopPropagation();
      close(input);
    }
  }, true);

  document.addEventListener("pointerdown", (event) => {
    const option = event.target.closest("[role=option][data-value]");
    if (!option) return;
    event.preventDefault(); // the field keeps the focus
    fill(document.querySelector(`[aria-controls="${option.parentElement.id}"]`), option.dataset.value);
  });

  document.addEventListener("focusout", (event) => {
    const input = event.target.closest("[data-find]");
    if (input) close(input);
  });

  // What only looks things up sends no files.
  document.addEventListener("htmx:config:request", (event) => {
    const { body } = event.detail.ctx.request;
    if (!body?.has?.("look")) return;
    for (const [name, value] of [...body]) if (value instanceof File) body.delete(name);
  });

  // Ctrl Enter registers; while the resolution is open, it resolves too.
  document.addEventListener("toggle", (event) => {
    if (event.target.id !== "at-once") return;
    const both = event.target.querySelector("button");
    const alone = document.querySelector("#new-ticket > .actions > button");
    for (const [button, main] of [[both, event.target.open], [alone, !event.target.open]]) button.toggleAttribute("data-main", main);
  }, true);

  // One of several whom the page offers.
  document.addEventListener("change", (event) => {
    const radio = event.target.closest("[data-fill]");
    if (radio) fill(document.getElementById(radio.dataset.fill), radio.value);
  });
})();
