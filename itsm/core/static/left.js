// Times that count down (`data-left`): each minute, and each second only in the last minutes; late says so in a word.
(() => {
  "use strict";
  const MINUTE = 60, HOUR = 3600, DAY = 86400, LAST = 5 * MINUTE;
  const words = document.body.dataset;
  const ahead = words.now ? Date.parse(words.now) - Date.now() : 0; // the desk's clock counts, not this machine's
  const unit = (name, number, display = "short") =>
    new Intl.NumberFormat(document.documentElement.lang, { style: "unit", unit: name, unitDisplay: display }).format(number);

  // The two largest units; seconds only in the last minutes.
  const told = (seconds, late) => {
    const [days, hours] = [Math.floor(seconds / DAY), Math.floor((seconds % DAY) / HOUR)];
    const minutes = Math.floor((seconds % HOUR) / MINUTE);
    if (days) return hours ? `${unit("day", days, "long")} ${unit("hour", hours)}` : unit("day", days, "long");
    if (hours) return minutes ? `${unit("hour", hours)} ${unit("minute", minutes)}` : unit("hour", hours);
    if (late || seconds >= LAST) return unit("minute", Math.max(minutes, 1));
    const rest = unit("second", seconds % MINUTE);
    return minutes ? `${unit("minute", minutes)} ${rest}` : rest;
  };

  const show = (element, now) => {
    const left = Math.floor((Date.parse(element.dataset.left) - now) / 1000);
    if (Number.isNaN(left)) return Infinity;
    const late = left < 0;
    const text = (late ? words.overdue : words.remaining).replace("{time}", told(Math.abs(left), late));
    if (element.textContent !== text) element.textContent = text;
    element.classList.toggle("late", late);
    element.classList.toggle("soon", !late && left < HOUR);
    return Math.abs(left);
  };

  let timer = 0;
  const tick = () => {
    clearTimeout(timer);
    const now = Date.now() + ahead;
    const nearest = Math.min(Infinity, ...[...document.querySelectorAll("[data-left]")].map((element) => show(element, now)));
    if (nearest < Infinity && !document.hidden) timer = setTimeout(tick, nearest < LAST ? 1000 : nearest < HOUR ? 10000 : 60000);
  };
  document.addEventListener("htmx:after:swap", tick);
  document.addEventListener("visibilitychange", tick);
  tick();
})();
