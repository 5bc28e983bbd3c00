// What is wrong with how this page looks: as sentences. `open` first opens what is folded.
() => {
  "use strict";
  const found = new Set();
  const styles = new Map();
  const styleOf = (e) => styles.get(e) ?? styles.set(e, getComputedStyle(e)).get(e);
  const name = (e) => {
    const id = e.id ? `#${e.id}` : "";
    const of = typeof e.className === "string" && e.className ? `.${e.className.trim().split(/\s+/).join(".")}` : "";
    return `<${e.tagName.toLowerCase()}${id}${of}>`;
  };
  const words = (text) => `“${text.trim().replace(/\s+/g, " ").slice(0, 50)}”`;
  const hides = (value) => value === "hidden" || value === "clip";
  const scrolls = (value) => value === "auto" || value === "scroll";

  scrollTo(0, 0); // the head of the page stays in view and lies over what was scrolled under it

  // ---- nothing scrolls sideways but what is made for it
  if (document.documentElement.scrollWidth > innerWidth) {
    const wide = [...document.body.querySelectorAll("*")].filter((e) => e.getBoundingClientRect().right > innerWidth + 1);
    found.add(`scrolls sideways by ${document.documentElement.scrollWidth - innerWidth}: ${wide.slice(0, 4).map(name).join(" ")}`);
  }

  // ---- where each element lets its content be seen
  const clips = new Map();
  const clipOf = (e) => {
    if (!e || e === document.documentElement) return { left: -1e9, right: 1e9, top: -1e9, bottom: 1e9 };
    if (clips.has(e)) return clips.get(e);
    const style = styleOf(e);
    let clip = style.position === "fixed" ? clipOf(null) : { ...clipOf(e.parentElement) };
    if (style.overflowX !== "visible" || style.overflowY !== "visible" || style.clipPath !== "none") {
      const box = e.getBoundingClientRect();
      clip = {
        left: Math.max(clip.left, box.left), right: Math.min(clip.right, box.right),
        top: Math.max(clip.top, box.top), bottom: Math.min(clip.bottom, box.bottom),
      };
    }
    clips.set(e, clip);
    return clip;
  };

  // ---- what lies over the page by its nature: a bar that stays in view, a menu, a dialog
  const layerOf = (e) => {
    for (let at = e; at && at !== document.body; at = at.parentElement) {
      if (["fixed", "sticky"].includes(styleOf(at).position) || at.matches("dialog, [popover], .menu-body, [role=listbox]")) return at;
    }
    return null;
  };

  // ---- every line of text: does it leave its box, is it cut, does it lie on another
  const lines = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const range = document.createRange();
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const e = node.parentElement;
    if (!node.data.trim() || e.closest("script, style, option, datalist, textarea, .hidden, .skip, dialog:not([open])")) continue;
    if (!e.checkVisibility({ visibilityProperty: true, opacityProperty: true })) continue;
    range.selectNodeContents(node);
    const clip = clipOf(e);
    if (clip.right - clip.left < 2) continue; // for screen readers alone
    for (const box of range.getClientRects()) {
      if (box.width < 1 || box.height < 1) continue;
      const seen = {
        left: Math.max(box.left, clip.left), right: Math.min(box.right, clip.right),
        top: Math.max(box.top, clip.top), bottom: Math.min(box.bottom, clip.bottom),
      };
      const said = `${name(e)} ${words(node.data)}`;
      for (let at = e; at && at !== document.body; at = at.parentElement) {
        const style = styleOf(at);
        if (scrolls(style.overflowX) || style.position === "fixed") break;
        const edge = at.getBoundingClientRect();
        const framed = style.borderRightWidth !== "0px" || style.backgroundColor !== "rgba(0, 0, 0, 0)" || hides(style.overflowX);
        const short = style.textOverflow === "ellipsis" || style.webkitLineClamp !== "none";
        if (short) break;
        if (framed && style.display !== "inline" && (box.right > edge.right + 1.5 || box.left < edge.left - 1.5)) {
          found.add(`text leaves ${name(at)}: ${said}`);
          break;
        }
      }
      if (seen.right - seen.left > 1 && seen.bottom - seen.top > 1) lines.push({ ...seen, e, said, layer: layerOf(e) });
    }
  }
  lines.sort((a, b) => a.top - b.top);
  let last = 0;
  for (let i = 0; i < lines.length; i += 1) {
    const a = lines[i];
    for (let j = i + 1; j < lines.length && lines[j].top < a.bottom; j += 1) {
      const b = lines[j];
      const across = Math.min(a.right, b.right) - Math.max(a.left, b.left);
      const down = Math.min(a.bottom, b.bottom) - b.top;
      const low = Math.min(a.bottom - a.top, b.bottom - b.top);
      if (across > 2 && down > 0.4 * low && a.e !== b.e && a.layer === b.layer && (last += 1) < 20) found.add(`text lies on text: ${a.said} and ${b.said}`);
    }
  }
  return [...found];
}
