// Ready answers in the composer: found while one types, put where the cursor stands, salutation and signature once.
(() => {
  "use strict";
  const $ = (id) => document.getElementById(id);
  const input = () => $("ready-words");
  const options = () => [...$("ready-found").children];
  const chosen = () => options().findIndex((one) => one.getAttribute("aria-selected") === "true");
  let found = { items: [] };
  let asked = 0;
  let timer = 0;

  const close = () => {
    $("ready-found").hidden = true;
    input().setAttribute("aria-expanded", "false");
    input().removeAttribute("aria-activedescendant");
  };

  const mark = (at) => {
    options().forEach((one, index) => one.setAttribute("aria-selected", String(index === at)));
    const option = options()[at];
    input().setAttribute("aria-activedescendant", option.id);
    option.scrollIntoView({ block: "nearest" });
  };

  const show = () => {
    $("ready-found").replaceChildren(
      ...found.items.map(({ name, hint }, index) => {
        const option = Object.assign(document.createElement("li"), { id: `ready-found-${index}` });
        option.setAttribute("role", "option");
        for (const [tag, text] of [["span", name], ["small", hint]])
          option.append(Object.assign(document.createElement(tag), { textContent: text, dir: "auto" }));
        return option;
      }),
    );
    $("ready-none").textContent = found.items.length ? "" : $("ready-none").dataset.none;
    if (!found.items.length) return close();
    $("ready-found").hidden = false;
    input().setAttribute("aria-expanded", "true");
    mark(0);
  };

  const look = async () => {
    const turn = (asked += 1);
    const address = new URL(input().dataset.answers, location.href);
    address.searchParams.set("q", input().value);
    address.searchParams.set("for", $("composer").elements.public.value === "false" ? "note" : "reply");
    const answer = await fetch(address, { headers: { Accept: "application/json" } });
    if (!answer.ok || turn !== asked || document.activeElement !== input()) return;
    found = await answer.json();
    show();
  };

  const put = (at) => {
    const body = $("body");
    const text = found.items[at]?.text;
    if (text === undefined) return;
    body.setRangeText(text, body.selectionStart, body.selectionEnd, "end");
    const { salutation, signature } = found;
    if ($("ready-around").checked) {
      if (salutation && !body.value.includes(salutation)) body.setRangeText(`${salutation}\n\n`, 0, 0, "preserve");
      const end = body.value.length;
      if (signature && !body.value.includes(signature)) body.setRangeText(`\n\n${signature}`, end, end, "preserve");
    }
    input().value = "";
    close();
    body.focus();
    body.dispatchEvent(new Event("input", { bubbles: true }));
  };

  document.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey || !event.target.closest("#ready-answers > a")) return;
    event.preventDefault();
    $("ready-finder").hidden = false;
    input().focus();
    look().catch(() => {});
  });
  document.addEventListener("input", (event) => {
    if (event.target !== input()) return;
    clearTimeout(timer);
    timer = setTimeout(() => look().catch(() => {}), 120);
  });
  document.addEventListener("keydown", (event) => {
    if (event.target !== input() || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    const open = !$("ready-found").hidden;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && open) {
      event.preventDefault();
      mark((chosen() + step + options().length) % options().length);
    } else if (event.key === "Enter") {
      event.preventDefault();
      if (open) put(chosen());
    } else if (event.key === "Escape") {
      event.stopPropagation();
      if (open) close();
      else $("body").focus();
    }
  }, true);
  document.addEventListener("pointerdown", (event) => {
    const option = event.target.closest("#ready-found > li");
    if (!option) return;
    event.preventDefault(); // the field keeps the focus until the text stands
    put(options().indexOf(option));
  });
  document.addEventListener("focusout", (event) => event.target === input() && close());
})();
