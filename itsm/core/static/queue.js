// The queue: the selection outlives a refresh, and new rows never push away the one under the pointer.
(() => {
  "use strict";
  const live = () => document.getElementById("queue-live");
  const boxes = () => [...document.querySelectorAll(".queue td.pick input")];
  const rows = (root) => [...root.querySelectorAll("[data-rows] > tr")].map((row) => row.id);

  // ---- a refresh that would move the rows waits for a click while somebody points, stands or selects there
  const isBusy = () => Boolean(live().querySelector("tr:hover, tr:focus-within, .pick :checked")) || scrollY > 200;
  let welcome = false;

  const offer = (text) => {
    document.querySelector(".fresh")?.remove();
    const button = Object.assign(document.createElement("button"), { className: "button primary small fresh", type: "button", textContent: text });
    button.addEventListener("click", () => {
      button.remove();
      welcome = true;
      live().dispatchEvent(new Event("refresh"));
    });
    live().before(button);
  };

  document.addEventListener("htmx:before:swap", (event) => {
    const { ctx } = event.detail;
    if (ctx.sourceElement !== live()) return;
    const page = new DOMParser().parseFromString(ctx.text ?? "", "text/html");
    const [old, fresh] = [rows(live()), rows(page)];
    const moves = old.length !== fresh.length || old.some((id, place) => id !== fresh[place]);
    if (ctx.response?.status !== 200 || (moves && isBusy() && !welcome)) {
      event.preventDefault();
      if (ctx.response?.status !== 200) return;
      const { new: added, changed } = live().dataset;
      const count = fresh.filter((id) => !old.includes(id)).length;
      offer(count ? added.replace("{n}", count) : changed);
    } else {
      document.querySelector(".fresh")?.remove();
    }
    welcome = false;
  });

  // ---- selecting: all that are shown, and ranges with Shift
  let last = null;
  const count = () => {
    const chosen = boxes().filter((box) => box.checked && box.name).length;
    const bar = document.getElementById("bulk");
    if (!bar && chosen) document.getElementById("bulk-place")?.dispatchEvent(new Event("selected"));
    if (!bar) return;
    bar.hidden = !chosen;
    bar.querySelector("[data-selected]").textContent = bar.dataset.count.replace("{n}", chosen);
  };
  // Of what the acts need, only what the chosen one needs is shown.
  const fit = () => {
    const act = document.querySelector("#bulk [name=act]")?.value;
    for (const part of document.querySelectorAll("#bulk [data-for]")) part.hidden = !part.dataset.for.split(" ").includes(act);
  };
  const prepare = () => {
    for (const extra of document.querySelectorAll(".queue [data-all], #bulk [data-none]")) extra.hidden = false;
    fit();
    count();
  };
  document.addEventListener("change", (event) => event.target.matches("#bulk [name=act]") && fit());
  document.addEventListener("click", (event) => {
    if (!event.target.closest("#bulk [data-none]")) return;
    for (const box of boxes()) box.checked = false;
    count();
  });
  document.addEventListener("click", (event) => {
    const box = event.target.closest(".queue .pick input");
    if (!box) return;
    const all = boxes();
    if (box.matches("[data-all]")) {
      for (const one of all) one.checked = box.checked;
    } else {
      if (event.shiftKey && last?.isConnected) {
        const [from, to] = [all.indexOf(last), all.indexOf(box)].sort((a, b) => a - b);
        for (const one of all.slice(from, to + 1)) one.checked = box.checked;
      }
      last = box;
    }
    count();
  });
  document.addEventListener("htmx:after:swap", prepare);

  // ---- a tool that is unfolded is there to be used
  document.addEventListener("htmx:after:swap", (event) => {
    if (!event.detail.ctx?.sourceElement.matches(".fold[aria-expanded=true]")) return;
    document.querySelector("#tools :is(input:not([type=hidden]), select)")?.focus();
  });
  prepare();
})();
