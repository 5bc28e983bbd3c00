// What a thumb would miss on this page: controls lower or narrower than 44 pixels, as sentences. Links within a sentence
// are as high as their line, and a box counts with its label.
() => {
  "use strict";
  const LEAST = 44;
  const found = [];
  const controls = "button, summary, select, textarea, input:not([type=hidden]), a.button, a.tag, nav a, .pencil, [data-open]";
  const labelled = (control) => (control.matches("[type=checkbox], [type=radio]") ? (control.closest("label") ?? control) : control);
  for (const control of document.querySelectorAll(controls)) {
    const seen = labelled(control);
    if (control.closest("thead")) continue; // of a table that is a list of cards here
    if (!seen.checkVisibility({ visibilityProperty: true, opacityProperty: true }) || control.closest(".hidden, .prose")) continue;
    const { width, height } = seen.getBoundingClientRect();
    if (height >= LEAST - 0.5 && width >= LEAST - 0.5) continue;
    if (!width || !height) continue;
    const words = (control.getAttribute("aria-label") || control.textContent || control.name || control.id).trim().replace(/\s+/g, " ");
    found.push(`too small for a thumb: <${control.localName}> “${words.slice(0, 40)}” ${Math.round(width)}×${Math.round(height)}`);
  }
  return [...new Set(found)];
}
