// The page of one ticket: drafts, files by drop and paste, values changed in their place, and what must not be disturbed.
(() => {
  "use strict";
  const composer = () => document.getElementById("composer");
  const words = document.documentElement;

  // ---- drafts: kept in this browser for this ticket and person until they are sent
  const slot = (form) => `draft:${form.dataset.draft}`;
  const keep = (form) => {
    const text = form.elements.body.value;
    try {
      if (text.trim()) localStorage.setItem(slot(form), JSON.stringify([text, form.elements.public.value]));
      else localStorage.removeItem(slot(form));
    } catch {
      return; // a full or forbidden store keeps no draft
    }
    const place = form.querySelector(".draft");
    place.textContent = text.trim() ? place.dataset.kept : "";
  };
  const restore = (form) => {
    let kept = null;
    try {
      kept = JSON.parse(localStorage.getItem(slot(form)));
    } catch {
      return;
    }
    if (!kept || form.elements.body.value) return;
    form.elements.body.value = kept[0];
    const chosen = form.querySelector(`[name=public][value="${kept[1] === "false" ? "false" : "true"}"]`);
    if (chosen && chosen.type === "radio") chosen.checked = true;
    form.querySelector(".draft").textContent = form.querySelector(".draft").dataset.kept;
  };
  const forget = (form) => {
    localStorage.removeItem(slot(form));
    form.querySelector(".draft").textContent = "";
    document.getElementById("preview").replaceChildren();
  };

  document.addEventListener("input", (event) => {
    const form = event.target.closest("[data-draft]");
    if (form && ["body", "public"].includes(event.target.name)) keep(form);
  });

  // ---- files: dropped, pasted, listed, taken away again
  const taken = (input, files) => {
    const all = new DataTransfer();
    for (const file of files) all.items.add(file);
    input.files = all.files;
    list(input);
  };
  const list = (input) => {
    document.getElementById("chosen-files").replaceChildren(
      ...[...input.files].map((file, index) => {
        const row = document.createElement("li");
        const label = input.dataset.files.replace("{name}", file.name);
        const away = Object.assign(document.createElement("button"), { type: "button", className: "x", textContent: "×", ariaLabel: label });
        away.addEventListener("click", () => {
          taken(input, [...input.files].filter((_, at) => at !== index));
          input.focus();
        });
        row.append(Object.assign(document.createElement("span"), { textContent: file.name, dir: "auto", className: "file" }), away);
        return row;
      }),
    );
  };
  const add = (form, files) => {
    const input = form.querySelector("[data-files]");
    taken(input, [...input.files, ...files]);
  };
  const named = (file) => {
    if (file.name !== "image.png") return file;
    const stamp = new Date().toISOString().slice(0, 19).replace(/[:T]/g, "-");
    return new File([file], `picture-${stamp}.png`, { type: file.type });
  };

  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-files]")) list(event.target);
  });
  document.addEventListener("paste", (event) => {
    const form = event.target.closest("#composer");
    if (!form || !event.clipboardData?.files.length) return;
    event.preventDefault();
    add(form, [...event.clipboardData.files].map(named));
  });
  for (const kind of ["dragover", "dragleave", "drop"]) {
    document.addEventListener(kind, (event) => {
      const form = event.target.closest?.("#composer");
      if (!form || !event.dataTransfer?.types.includes("Files")) return;
      event.preventDefault();
      form.classList.toggle("over", kind === "dragover");
      if (kind === "drop") add(form, event.dataTransfer.files);
    });
  }

  // ---- who reads it: choosing by key leads on to the text
  document.addEventListener("click", (event) => {
    const label = event.target.closest("label[data-to]");
    if (!label || event.target.matches("input")) return;
    setTimeout(() => {
      document.querySelector(label.dataset.to)?.focus();
      keep(composer());
    });
  });

  // ---- values in their place: Enter saves, Escape leaves
  document.addEventListener("keydown", (event) => {
    const form = event.target.closest?.("[data-editing]");
    if (!form) return;
    if (event.key === "Escape") {
      event.preventDefault();
      form.querySelector("[data-leave]").click();
    } else if (event.key === "Enter" && event.target.matches("select")) {
      event.preventDefault();
      form.requestSubmit();
    }
  });

  // ---- what is being typed, opened or was fetched stays as it is when the page is merged
  const changed = (control) =>
    control.type === "checkbox" || control.type === "radio"
      ? control.checked !== control.defaultChecked
      : control.matches("select")
        ? [...control.options].some((option) => option.selected !== option.defaultSelected && control.value)
        : control.type !== "hidden" && control.value !== control.defaultValue;
  const busy = (form) =>
    form.contains(document.activeElement) && document.activeElement.matches("input, textarea, select") ||
    form.matches("[data-editing]") || [...form.elements].some((control) => control.matches("input, textarea, select") && changed(control));

  const hold = (sent) => {
    const held = [...document.querySelectorAll("#ticket form")].filter(busy);
    held.push(...document.querySelectorAll("#ticket details[open]"));
    for (const element of held) {
      if (sent && (element === sent || element.contains(sent))) continue;
      element.setAttribute("hx-morph-skip", "");
      element.dataset.held = "";
    }
  };
  const release = () => {
    for (const element of document.querySelectorAll("[data-held]")) {
      element.removeAttribute("hx-morph-skip");
      delete element.dataset.held;
    }
  };

  // Others are told that somebody writes here.
  const tellBusy = () => {
    const place = document.getElementById("editing");
    if (place) place.value = [...document.querySelectorAll("#composer, #ticket [data-editing], #ticket .step-form")].some(busy) ? "1" : "";
  };
  for (const kind of ["input", "focusin", "focusout"]) document.addEventListener(kind, () => setTimeout(tellBusy));

  document.addEventListener("htmx:before:swap", (event) => {
    const { ctx } = event.detail;
    const source = ctx.sourceElement;
    if (event.defaultPrevented) return;
    const sent = source.matches("form") ? source : null;
    if (sent || source.matches("[data-live]")) hold(sent);
    if (sent?.matches("[data-draft]") && !ctx.response?.headers.get("HX-Refused")) {
      forget(sent);
      sent.reset();
      list(sent.querySelector("[data-files]"));
    }
  });
  document.addEventListener("htmx:after:swap", (event) => {
    release();
    const place = event.detail.ctx?.sourceElement; // the new one, where a swap took the old one away
    if (!place?.id?.startsWith("fact-")) return;
    const input = place.querySelector("[data-editing] :is(input:not([type=hidden]), select, textarea)");
    (input ?? place.querySelector(".pencil"))?.focus();
    if (input?.matches("input[type=text]")) input.select();
  });

  // ---- how long ago goes on
  const relative = new Intl.RelativeTimeFormat(words.lang, { numeric: "auto", style: "long" });
  const tick = () => {
    for (const place of document.querySelectorAll("[data-ago]")) {
      const minutes = Math.round((new Date(place.dataset.ago) - Date.now()) / 60000);
      if (minutes === 0) continue;
      const [count, unit] = -minutes < 60 ? [minutes, "minute"] : -minutes < 1440 ? [Math.round(minutes / 60), "hour"] : [Math.round(minutes / 1440), "day"];
      if (-count < 45) place.textContent = relative.format(count, unit);
    }
  };
  setInterval(tick, 60000);

  const begin = () => composer() && restore(composer());
  document.addEventListener("desk:shown", begin);
  begin();
})();
