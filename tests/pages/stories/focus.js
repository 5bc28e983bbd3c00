// Where the focus is: in which part of the page, where there, and whether somebody who looks can see it.
() => {
  "use strict";
  const e = document.activeElement;
  if (!e || e === document.body || e === document.documentElement) return null;
  const box = e.getBoundingClientRect();
  const drawn = (one) => {
    const style = one && getComputedStyle(one);
    return Boolean(style) && ((style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2) || style.boxShadow !== "none");
  };
  const [x, y] = [box.left + Math.min(box.width / 2, 10), box.top + box.height / 2];
  const over = document.elementFromPoint(x, y);
  const uncovered = !over || e.contains(over) || over.contains(e) || over.closest("label")?.contains(e) || Boolean(e.labels && [...e.labels].some((label) => label.contains(over)));
  const inside = box.bottom > 0 && box.top < innerHeight;
  const part = e.closest("form.composer, .tools, .views, .bulk, aside > *, .steps, header.top, nav, .main-column > *, .ticket-head, .new-side, form, table, main");
  return {
    name: `<${e.localName}${e.id ? `#${e.id}` : ""}> ${(e.getAttribute("aria-label") || e.textContent || e.name || "").trim().replace(/\s+/g, " ").slice(0, 40)} ${e.getAttribute("href") ?? ""}`,
    part: part ? `${part.localName}#${part.id}.${part.className} ${[...document.querySelectorAll("*")].indexOf(part)}` : "",
    seen: inside && uncovered && [e, e.nextElementSibling, e.closest("td"), e.closest("tr")?.querySelector("td")].some(drawn),
    top: box.top + scrollY, bottom: box.bottom + scrollY, left: box.left, right: box.right, middle: (box.top + box.bottom) / 2 + scrollY,
  };
}
