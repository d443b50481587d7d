// Draws the charts, moves everything that depends on the threshold, and sorts tables. Measures and intervals that are
// told in numbers come with the page; points of curves, the best F1 and costs are computed here from the exact counts.
"use strict";
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const views = new Map();
  const find = (id) => document.getElementById(id);
  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

  function config() {
    const ink = colour("--ink"), soft = colour("--soft"), line = colour("--line");
    const font = getComputedStyle(document.body).fontFamily;
    const range = [0, 1, 2, 3, 4, 5, 6].map((place) => colour("--c" + place));
    return {
      background: null, font, view: { stroke: line }, range: { category: range },
      axis: { labelColor: soft, titleColor: ink, gridColor: line, domainColor: line, tickColor: line, gridOpacity: 0.6,
        labelFontSize: 11, titleFontSize: 12, titleFontWeight: 500 },
      axisXQuantitative: { tickCount: { expr: "ceil(width / 55)" }, labelOverlap: "greedy" },
      legend: { labelColor: ink, titleColor: ink, symbolStrokeWidth: 2.5 },
      header: { labelColor: ink }, mark: { color: range[0] }, rule: { color: range[0] }, line: { strokeWidth: 2 },
      style: {
        guide: { color: soft, strokeDash: [2, 4], strokeWidth: 1.5 }, guess: { color: soft }, chance: { color: soft },
        at: { color: ink, stroke: ink }, ink: { color: ink }, inverse: { color: colour("--ground") },
      },
    };
  }

  // Charts beside each other share the width; any other takes all of it.
  function sized(spec, width) {
    if (!spec.facet) return { width: "container", ...spec };
    const columns = Math.max(1, Math.floor(width / 260));
    return { ...spec, columns, spec: { ...spec.spec, width: Math.floor(width / columns) - 65 } };
  }

  async function draw(element) {
    const spec = data.charts[element.dataset.chart];
    const whole = { $schema: "https://vega.github.io/schema/vega-lite/v6.json", ...sized(spec, element.clientWidth) };
    if (explorer) whole.datasets = { ...explorer.at(element.dataset.chart), ...explorer.curves(element.dataset.chart) };
    const old = views.get(element.dataset.chart);
    if (old) old.finalize();
    const made = await vegaEmbed(element, whole, {
      ast: true, actions: false, renderer: "svg", defaultStyle: false, config: config(),
      tooltip: { disableDefaultStyle: true },
    });
    views.set(element.dataset.chart, made.view);
  }

  async function drawAll() {
    await Promise.all([...document.querySelectorAll("[data-chart]")].map(draw));
    document.documentElement.dataset.ready = "true";
  }

  class Explorer {
    constructor(found) {
      this.models = found.models;
      this.stops = found.stops;
      this.words = found.words;
      this.model = found.first;
      if (find("model")) find("model").value = String(found.first);
      this.places = found.stops.map((own) => own.start);
      find("explorer-form").addEventListener("submit", (event) => event.preventDefault());
      find("slider").addEventListener("input", () => this.move(this.last() - Number(find("slider").value)));
      find("typed").addEventListener("change", () => this.type(find("typed").value));
      find("reset").addEventListener("click", () => this.move(this.own().start));
      find("best-f1").addEventListener("click", () => this.move(this.bestF1()));
      find("best-cost").addEventListener("click", () => this.move(this.cheapest()));
      for (const id of ["cost-fp", "cost-fn"]) find(id).addEventListener("input", () => { this.show(); this.tell(); });
      if (find("model")) find("model").addEventListener("change", (event) => {
        this.choose(Number(event.target.value));
        this.tell();
      });
      addEventListener("hashchange", () => this.listen());
    }

    choose(model) {
      this.model = model;
      if (find("model")) find("model").value = String(model);
      this.show();
      for (const name of ["thresholds", "scores"]) this.set(name, this.curves(name));
    }

    listen() {  // what the address says: #model=new&threshold=0.2&fn=10&fp=1
      if (!location.hash.includes("=")) return;
      const said = new URLSearchParams(location.hash.slice(1));
      for (const cell of ["fp", "fn"]) {
        if (said.has(cell) && Number(said.get(cell)) >= 0) find("cost-" + cell).value = said.get(cell);
      }
      const model = this.models.indexOf(said.get("model"));
      if (model >= 0) this.choose(model);
      if (said.has("threshold")) this.type(said.get("threshold"), false);
      this.show();
    }

    tell() {  // puts what is shown into the address, so that a link says what was meant
      const said = new URLSearchParams();
      if (this.models.length > 1) said.set("model", this.models[this.model]);
      if (this.own().threshold[this.place()] !== null) said.set("threshold", String(this.own().threshold[this.place()]));
      for (const cell of ["fn", "fp"]) if (find("cost-" + cell).value !== find("cost-" + cell).defaultValue) said.set(cell, find("cost-" + cell).value);
      if (location.origin !== "null" || location.protocol === "file:") history.replaceState(null, "", "#" + said);
    }

    own(model = this.model) { return this.stops[model]; }
    last() { return this.own().threshold.length - 1; }
    place() { return this.places[this.model]; }
    move(place, tell = true) {
      this.places[this.model] = Math.min(Math.max(place, 0), this.last());
      this.show();
      if (tell) this.tell();
    }

    type(text, tell = true) {  // the stop of the least threshold that is not below what was typed
      if (text === "" || Number.isNaN(Number(text))) return this.show();
      let place = 0;
      while (place < this.last() && this.own().threshold[place + 1] >= Number(text)) place += 1;
      this.move(place, tell);
    }

    bestF1() {
      const f1 = this.own().tp.map((tp, place) => 2 * tp / (tp + this.own().fp[place] + this.own().positives));
      return f1.indexOf(Math.max(...f1));
    }

    cost(place) {
      const own = this.own(), missed = own.positives - own.tp[place];
      const price = (id) => Math.max(0, Number(find(id).value) || 0);
      return (price("cost-fp") * own.fp[place] + price("cost-fn") * missed) / (own.positives + own.negatives);
    }

    cheapest() {
      let best = 0;
      for (let place = 1; place <= this.last(); place += 1) if (this.cost(place) < this.cost(best)) best = place;
      return best;
    }

    said(place) {
      const threshold = this.own().threshold[place];
      return threshold === null ? this.words.none : "score ≥ " + String(threshold);
    }

    show() {
      const own = this.own(), place = this.place();
      const count = (value) => value.toLocaleString("en-US", { maximumFractionDigits: 1 });
      const cells = { tp: own.tp[place], fp: own.fp[place] };
      cells.fn = own.positives - cells.tp;
      cells.tn = own.negatives - cells.fp;
      for (const [id, value] of Object.entries(cells)) find(id).textContent = count(value);
      find("threshold").textContent = this.said(place);
      const slider = find("slider");
      slider.max = String(this.last());
      slider.value = String(this.last() - place);
      slider.setAttribute("aria-valuetext", this.said(place));
      find("typed").value = own.threshold[place] === null ? "" : String(own.threshold[place]);
      const share = (cells.tp + cells.fp) / (own.positives + own.negatives);
      find("flagged").textContent = (100 * share).toFixed(1) + " %";
      for (const row of document.querySelectorAll("[data-measure]")) {
        const [value, low, high] = own.measures[row.dataset.measure].map((end) => end[place]);
        row.children[1].textContent = value;
        row.children[2].textContent = low === "-" ? "" : low + " – " + high;
      }
      const best = this.cheapest(), digits = { maximumSignificantDigits: 4 };
      find("reset").disabled = own.used === null;
      find("cost-here").textContent = this.cost(place).toLocaleString("en-US", digits);
      find("cost-best").textContent = this.cost(best).toLocaleString("en-US", digits);
      find("best-threshold").textContent = this.said(best);
      for (const name of ["roc", "precision-recall", "thresholds", "scores"]) this.set(name, this.at(name));
    }

    point(model, place) {
      const own = this.own(model), tp = own.tp[place], fp = own.fp[place];
      const end = (name, side) => {
        const text = own.measures[name][side][place];
        return text === "-" ? null : Number(text);
      };
      return {
        model: this.models[model], place, threshold: own.threshold[place],
        tpr: tp / own.positives, fpr: fp / own.negatives,
        precision: tp + fp === 0 ? 1 : tp / (tp + fp), defined: tp + fp > 0, f1: 2 * tp / (tp + fp + own.positives),
        tprLow: end("recall", 1), tprHigh: end("recall", 2),
        precisionLow: end("precision", 1), precisionHigh: end("precision", 2),
      };
    }

    at(chart) {  // where the slider stands, by the name in a chart's specification
      const points = this.stops.map((_, model) => this.point(model, this.places[model]));
      if (chart === "roc") return { at: points };
      if (chart === "precision-recall") return { at: points.filter((point) => point.defined) };  // its end is a convention
      return chart === "thresholds" || chart === "scores" ? { at: [points[this.model]].filter((point) => point.threshold !== null) } : {};
    }

    curves(chart) {  // what a chart shows of all thresholds, which the slider does not change
      const all = (model) => this.own(model).threshold.map((_, place) => this.point(model, place));
      const curve = () => this.stops.flatMap((_, model) => all(model));
      if (chart === "roc") return { curve: curve() };
      if (chart === "precision-recall") {
        const own = this.own();
        return { curve: curve(), share: [{ share: own.positives / (own.positives + own.negatives) }] };
      }
      if (chart === "scores") {
        return { scores: this.own().scores.flatMap(([low, high, ...shares]) => shares.map(
          (share, place) => ({ low, high, share, class: this.words.classes[place] }))) };
      }
      if (chart !== "thresholds") return {};
      const titles = Object.entries({ precision: this.words.precision, tpr: this.words.recall, f1: this.words.f1 });
      const finite = all(this.model).filter((point) => point.threshold !== null);
      return { measures: finite.flatMap((point) => titles.map(
        ([name, measure]) => ({ threshold: point.threshold, place: point.place, value: point[name], measure }))) };
    }

    set(chart, datasets) {
      const view = views.get(chart);
      if (!view) return;
      for (const [name, values] of Object.entries(datasets)) view.data(name, values);
      view.runAsync();
    }
  }

  function sortable(table) {
    const heads = [...table.tHead.rows[0].cells];
    heads.forEach((head, column) => head.querySelector("button").addEventListener("click", () => {
      const up = head.getAttribute("aria-sort") !== "ascending";
      const key = (row) => row.cells[column].dataset.value ?? row.cells[column].textContent;
      const number = (text) => (text === "" || Number.isNaN(Number.parseFloat(text)) ? null : Number.parseFloat(text));
      const rows = [...table.tBodies[0].rows].sort((a, b) => {
        const [x, y] = [key(a), key(b)], [p, q] = [number(x), number(y)];
        if (head.classList.contains("number")) {
          if (p === null || q === null) return (p === null) - (q === null);  // those without a value stay last
          return up ? p - q : q - p;
        }
        return (up ? 1 : -1) * x.localeCompare(y, undefined, { numeric: true });
      });
      heads.forEach((other) => other.removeAttribute("aria-sort"));
      head.setAttribute("aria-sort", up ? "ascending" : "descending");
      table.tBodies[0].append(...rows);
    }));
  }

  for (const button of document.querySelectorAll("button.copy")) {
    button.addEventListener("click", async () => {
      const code = button.parentElement.querySelector("code");
      getSelection().selectAllChildren(code);  // what cannot be copied for the reader is selected, at least
      await navigator.clipboard?.writeText(code.textContent).then(() => { button.textContent = data.words.copied; });
    });
  }

  function reachable() {  // what can be scrolled can be reached by the keyboard
    for (const own of document.querySelectorAll(".wide, nav ul")) {
      if (own.scrollWidth > own.clientWidth) own.tabIndex = 0; else own.removeAttribute("tabindex");
    }
  }

  const explorer = data.explorer ? new Explorer(data.explorer) : null;
  document.querySelectorAll("table.sortable").forEach(sortable);
  if (explorer) { explorer.show(); explorer.listen(); }
  for (const folded of document.querySelectorAll("details")) addEventListener("beforeprint", () => { folded.open = false; });
  reachable();
  addEventListener("resize", reachable);
  drawAll();
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", drawAll);
})();
