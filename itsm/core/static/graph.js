// The graph of a life cycle: statuses by stage, steps as arrows; a click opens the form. The tables say the same.
(() => {
  "use strict";
  const figure = document.querySelector("[data-graph]");
  if (!figure) return;
  const { states, steps } = JSON.parse(figure.dataset.graph);
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;

  const load = (address) =>
    new Promise((done, failed) => {
      document.head.append(Object.assign(document.createElement("script"), { src: address, onload: done, onerror: failed }));
    });

  // Steps between the same two statuses share an arrow, so that their names do not lie on each other.
  const arrows = () => {
    const joined = new Map();
    for (const { source, target, label, url } of steps) {
      const id = `${source} ${target}`;
      const known = joined.get(id);
      joined.set(id, known ? { ...known, label: `${known.label}\n${label}` } : { source, target, label, url });
    }
    return [...joined.values()].map((data) => ({ data }));
  };

  let watched = null;
  const draw = () => {
    watched?.destroy();
    const look = getComputedStyle(document.documentElement);
    const colour = (name) => look.getPropertyValue(name).trim();
    const stages = { new: "--warn", open: "--link", waiting: "--note-line", resolved: "--good", closed: "--strong-line" };
    const text = { "font-family": getComputedStyle(document.body).fontFamily, color: colour("--ink") };
    const view = cytoscape({
      container: figure.firstElementChild,
      elements: [...states.map((data) => ({ data })), ...arrows()],
      layout: { name: "dagre", rankDir: figure.clientWidth > 700 ? "LR" : "TB", nodeSep: 45, rankSep: 95, edgeSep: 25, padding: 18 },
      autoungrabify: true, userZoomingEnabled: false, boxSelectionEnabled: false, maxZoom: 1.25,
      style: [
        { selector: "node", style: { ...text, label: "data(label)", shape: "round-rectangle", "text-valign": "center", "text-wrap": "wrap", "text-max-width": 130, "font-size": 14, width: 140, height: 44, "background-color": colour("--card"), "border-width": 2, "border-color": colour("--strong-line") } },
        ...Object.entries(stages).map(([stage, name]) => ({ selector: `node[category = "${stage}"]`, style: { "border-color": colour(name) } })),
        { selector: "node[?first]", style: { "border-width": 5, "border-style": "double" } },
        { selector: "edge", style: { ...text, label: "data(label)", "font-size": 12, "text-wrap": "wrap", "text-max-width": 110, color: colour("--quiet"), "text-background-color": colour("--card"), "text-background-opacity": 0.9, "text-background-padding": 2, width: 1.5, "line-color": colour("--strong-line"), "target-arrow-color": colour("--strong-line"), "target-arrow-shape": "triangle", "curve-style": "bezier" } },
      ],
    });
    view.on("tap", "node, edge", (event) => location.assign(event.target.data("url")));
    view.on("mouseover", "node, edge", () => (figure.style.cursor = "pointer"));
    view.on("mouseout", "node, edge", () => (figure.style.cursor = ""));
    watched = view;
    if (!still) figure.animate([{ opacity: 0 }, { opacity: 1 }], 150);
  };

  // After the page itself: it is whole without the graph.
  addEventListener("load", async () => {
    figure.hidden = false;
    try {
      await load(figure.dataset.cytoscape);
      await load(figure.dataset.dagre);
      draw();
      new ResizeObserver(() => watched.resize().fit(undefined, 18)).observe(figure);
      matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw); // its colours are those of the page
    } catch {
      figure.hidden = true;
    }
  });
})();
