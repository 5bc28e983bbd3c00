// All words that this page says of its own: [where, text], without what is code, data of a form or of a history, or of another language.
() => {
  "use strict";
  const out = [];
  const page = document.documentElement.lang;
  const skipped = "script, noscript, style, code, kbd, pre, textarea, [translate=no], .prose, del, ins";
  const ours = (e) => !e.closest(skipped) && (e.closest("[lang]")?.lang ?? page) === page;
  const add = (where, text) => text && text.trim() && out.push([where, text.trim().replace(/\s+/g, " ")]);
  add("title", document.title);
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    if (ours(node.parentElement)) add(node.parentElement.tagName.toLowerCase(), node.data);
  }
  for (const e of document.body.querySelectorAll("[aria-label], [title], [placeholder], [alt], [data-command], [data-name]")) {
    if (!ours(e)) continue;
    for (const key of ["aria-label", "title", "placeholder", "alt", "data-command", "data-name"]) add(key, e.getAttribute(key));
  }
  return out;
}
