// Small helps on top of pages that work without them: suggestions, keys, menus, and no form sent twice.
(() => {
  "use strict";

  const suggest = async (input) => {
    const list = document.getElementById(input.getAttribute("list"));
    const words = input.value.trim();
    if (!list || words.length < 2) return;
    const address = new URL(input.dataset.suggest, location.href);
    address.searchParams.set("q", words);
    const answer = await fetch(address, { headers: { Accept: "application/json" } });
    if (!answer.ok || input.value.trim() !== words) return;
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

  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      for (const menu of document.querySelectorAll("[data-menu][open]")) {
        menu.open = false;
        menu.querySelector("summary").focus();
      }
    }
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, textarea, select")) return;
    // By the place on the keyboard, so that the Russian layout has the same keys.
    const key = event.code === "Slash" && !event.shiftKey ? "/" : event.code.replace(/^Key/, "").toLowerCase();
    const target = key && document.querySelector(`[data-key="${CSS.escape(key)}"]`);
    if (!target) return;
    event.preventDefault();
    if (target.matches("input, textarea")) target.focus();
    else target.click();
  });

  document.addEventListener("click", (event) => {
    for (const menu of document.querySelectorAll("[data-menu][open]")) {
      if (!menu.contains(event.target)) menu.open = false;
    }
  });

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
