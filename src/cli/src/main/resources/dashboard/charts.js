// Lines over examples or over time, by uPlot, with marks where something happened to the model.
import { compact, css, element, format, isNumber, moment, setText } from "./format.js";

const LATEST_POINTS = 120;
const MAX_DOTS = 60; // forecasts that are drawn as points
const WHOLE = Array.from({ length: 39 }, (_, i) => [1, 2, 5][i % 3] * 10 ** Math.floor(i / 3));

/** Marks on the charts and words in the legend, by event. */
export const MARKS = {
  drift: { shape: "diamond", colour: "--warn", word: "drift" },
  input_drift: { shape: "diamond", colour: "--model", word: "input drift" },
  reset: { shape: "square", colour: "--bad", word: "reset" },
  expired: { shape: "square", colour: "--bad", word: "expired" },
  erased: { shape: "square", colour: "--muted", word: "erased" },
  skipped_steps: { shape: "cross", colour: "--muted", word: "skipped steps" },
  rollback: { shape: "square", colour: "--bad", word: "rolled back" },
  champion_changed: { shape: "triangle", colour: "--good", word: "new champion" },
  warning: { shape: "ring", colour: "--warn", word: "warning" },
};

/** The event in words; one that is not known by its own name. */
export const eventWord = (event) => (MARKS[event] ? MARKS[event].word : event.replaceAll("_", " "));

/** The charts of one view. */
export class Charts {
  /**
   * @param container element that takes the charts
   * @param specs what they show, as in views.js
   */
  constructor(container, specs) {
    this.container = container;
    this.specs = specs;
    this.charts = [];
    this.signature = "";
    this.marks = [];
    this.columns = {};
  }

  /**
   * Draws.
   *
   * @param data { places, times, of(name), byTime, latestOnly, marks, ahead, stride }; marks have
   *     seq and time, ahead is a list of [time, value, low, high] after the last point, stride is the
   *     number of records that a point stands for
   * @param extra one more chart with its own points, or null: { spec, places, of(name) }
   */
  draw(data, extra) {
    const begin = data.times.find((time) => time > 0); // points before it have no time
    const hasTimes = begin !== undefined;
    const from = data.latestOnly ? Math.max(0, data.places.length - LATEST_POINTS) : 0;
    const places = data.places.slice(from);
    const times = hasTimes ? data.times.slice(from).map((time) => Math.max(begin, time) / 1000) : [];
    const wanted = [];
    for (const spec of this.specs) {
      const byTime = hasTimes && (data.byTime || spec.ahead === true);
      const ahead = spec.ahead && byTime ? data.ahead || [] : [];
      const lines = spec.lines.filter((line) => !line.optional || valuesOf(line, data, ahead).some(isNumber));
      if (lines.length === 0) continue;
      const at = byTime ? [...times, ...ahead.map(([time]) => time / 1000)] : places;
      const breaks = spec.ahead && byTime ? breaksIn(places, data.stride || 1) : [];
      wanted.push({ spec, byTime, lines, breaks, data: [at, ...lines.map((line) => valuesOf(line, data, ahead).slice(from))] });
    }
    if (extra) {
      const { spec } = extra;
      wanted.push({ spec, byTime: false, lines: spec.lines, breaks: [], data: [extra.places, ...spec.lines.map((line) => extra.of(line.of))] });
    }
    this.marks = data.marks || [];
    this.build(wanted);
    this.charts.forEach((chart, i) => { chart.data = wanted[i].data; chart.breaks = wanted[i].breaks; drawChart(chart); });
  }

  /** Creates the charts again if other ones are wanted. */
  build(wanted) {
    const signature = JSON.stringify([document.documentElement.dataset.theme,
      wanted.map((chart) => [chart.spec.title, chart.byTime, chart.lines.map((line) => line.of)])]);
    if (signature === this.signature) return;
    this.clear();
    this.signature = signature;
    this.charts = wanted.map(({ spec, byTime, lines }) => newChart(this, spec, byTime, lines));
  }

  clear() {
    this.charts.forEach((chart) => { chart.observer.disconnect(); chart.plot.destroy(); });
    this.charts = [];
    this.signature = "";
    this.container.replaceChildren();
  }
}

/** The points of a line, and its forecasts behind them; a line "from" another joins both. */
function valuesOf(line, data, ahead) {
  const known = data.of(line.from || line.of);
  const next = ahead.map((forecast) => (line.ahead ? forecast[line.ahead] : null));
  if (!line.from) return [...known, ...next];
  return next.length === 0 ? [] : [...known.slice(1).map(() => null), ...known.slice(-1), ...next];
}

/** The points before which records were left out, so that no line may lead to them. */
function breaksIn(places, stride) {
  const breaks = [];
  for (let i = 1; i < places.length; i++) if (places[i] - places[i - 1] > stride) breaks.push(i);
  return breaks;
}

/** Where a line is interrupted, in pixels: where it has no value, and before the breaks. */
function gapsOf(chart, plot, from, to, ofNulls) {
  const at = (i) => Math.round(plot.valToPos(plot.data[0][i], "x", true));
  const gaps = [...ofNulls, ...chart.breaks.filter((i) => i > from && i <= to).map((i) => [at(i - 1), at(i)])];
  gaps.sort(([a], [b]) => a - b);
  const apart = [];
  for (const gap of gaps) {
    const last = apart[apart.length - 1];
    if (last && gap[0] < last[1]) last[1] = Math.max(last[1], gap[1]);
    else apart.push([...gap]);
  }
  return apart;
}

/** The points between two breaks, which no line would show; null if there are none. */
function lonePoints(chart, plot, series) {
  const { breaks } = chart;
  const starts = new Set(breaks);
  const lone = [0, ...breaks].filter((i) => isNumber(plot.data[series][i])
    && (starts.has(i + 1) || !isNumber(plot.data[series][i + 1])));
  return breaks.length > 0 && lone.length > 0 ? lone : null;
}

function newChart(owner, spec, byTime, lines) {
  const box = element("section", spec.wide ? "chart wide" : "chart");
  const head = element("div", "chart-head");
  const title = element("h3", "", spec.title);
  if (spec.hint) title.append(" ", element("span", "hint", spec.hint));
  const legends = element("div", "legends");
  const clockReadout = spec.ahead && byTime ? element("span", "legend") : null;
  if (clockReadout) legends.append(clockReadout);
  const readouts = lines.map((line) => newLegend(legends, line));
  head.append(title, legends);
  const target = element("div", "plot");
  target.tabIndex = 0;
  target.setAttribute("role", "img");
  const empty = element("div", "plot-empty", "no value yet");
  target.append(empty);
  box.append(head, target);
  owner.container.append(box);
  const chart = { owner, spec, byTime, lines, target, empty, clockReadout, readouts, breaks: [], data: [[], ...lines.map(() => [])] };
  chart.plot = new uPlot(options(chart), chart.data, target);
  chart.observer = new ResizeObserver(() => chart.plot.setSize(plotSize(target)));
  chart.observer.observe(target);
  target.addEventListener("keydown", (event) => moveCursor(chart, event));
  target.addEventListener("blur", () => chart.plot.setCursor({ left: -10, top: -10 }));
  return chart;
}

function newLegend(legends, line) {
  const legend = element("span", "legend");
  const key = element("i", "line " + line.style + (line.dash ? (line.dash[0] === 1 ? " dotted" : " dashed") : ""));
  const value = element("b");
  legend.append(key, line.name + " ", value);
  legends.append(legend);
  return value;
}

/** A tick of the time axis in UTC: as much of it as the step between two ticks needs. */
function clock(seconds, step) {
  const text = new Date(seconds * 1000).toISOString();
  if (step >= 86400 || seconds % 86400 === 0) return text.slice(5, 10);
  return step >= 60 ? text.slice(11, 16) : text.slice(11, 19);
}

const plotSize = (target) => ({ width: Math.max(120, target.clientWidth + 6), height: Math.max(120, target.clientHeight - 4) });

function options(chart) {
  const axis = {
    stroke: css("--muted"),
    font: "11px " + getComputedStyle(document.body).fontFamily,
    grid: { stroke: css("--grid"), width: 1 },
    ticks: { show: false },
  };
  // One makes no line; of forecasts each is seen, unless they are very many.
  const points = (line) => ({
    size: 5, show: (plot, i) => { const count = plot.data[i].filter(isNumber).length; return count === 1 || (line.from != null && count <= MAX_DOTS); },
    filter: (plot, i, show) => (show ? null : lonePoints(chart, plot, i)),
  });
  const ticks = (plot, values) => values.map(compact);
  const places = chart.byTime
    ? { values: (plot, values, axisAt, space, step) => values.map((value) => clock(value, step)) }
    : { values: ticks, incrs: WHOLE };
  return {
    ...plotSize(chart.target),
    padding: [10, 14, 0, 0],
    tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), "Etc/UTC"),
    legend: { show: false },
    cursor: { sync: { key: chart.byTime ? "time" : chart.spec.places || "seq" }, y: false, drag: { x: false, y: false }, points: { size: 7 } },
    scales: { x: { time: chart.byTime }, y: { range: (plot, low, high) => yRange(chart.spec, low, high) } },
    axes: [
      { ...axis, size: 28, space: 70, ...places },
      { ...axis, size: 52, space: 34, values: ticks },
    ],
    series: [{}, ...chart.lines.map((line) => ({ stroke: css("--" + line.style), width: line.own ? 1.75 : 1.5, dash: line.dash, auto: !line.aside, points: points(line), gaps: (plot, i, from, to, ofNulls) => gapsOf(chart, plot, from, to, ofNulls) }))],
    bands: bandOf(chart),
    hooks: { setCursor: [() => drawReadouts(chart)], draw: [(plot) => drawMarks(chart, plot)] },
  };
}

/** The area between two lines, if they are there. */
function bandOf(chart) {
  const ends = (chart.spec.band || []).map((of) => 1 + chart.lines.findIndex((line) => line.of === of));
  return ends.length === 2 && ends.every((end) => end > 0) ? [{ series: ends, fill: css(chart.spec.ahead ? "--interval" : "--band") }] : [];
}

/** Room around the lines, but never beyond what the figure can be. */
function yRange(spec, low, high) {
  if (low == null || high == null) return [0, 1];
  const pad = (high - low) * 0.08 || Math.abs(high) * 0.1 || 0.1;
  const bottom = spec.from != null ? spec.from : low < 0 ? low - pad : Math.max(0, low - pad);
  const top = high + pad;
  return [
    bottom,
    spec.high != null && high <= spec.high ? Math.min(spec.high, top) : top,
  ];
}

function drawChart(chart) {
  chart.plot.setData(chart.data);
  const own = chart.data[1].filter(isNumber);
  chart.empty.hidden = own.length > 0;
  drawReadouts(chart);
  const { digits, title } = chart.spec;
  const now = chart.lines.map((line, i) => (line.name + " " + format(latestOf(chart, i + 1), digits)).trim());
  chart.target.setAttribute("aria-label", own.length === 0 ? title + ": no value yet"
    : title + ": " + now.join(", ") + "; between " + format(Math.min(...own), digits) + " and " + format(Math.max(...own), digits));
}

/** The last value of a line; where some lines go on ahead, the last known one. */
function latestOf(chart, line) {
  const values = chart.data[line];
  return chart.spec.ahead ? values.findLast(isNumber) : values[values.length - 1];
}

/** The values under the cursor, or the latest. */
function drawReadouts(chart) {
  if (!chart.plot) return;
  const { data, cursor } = chart.plot;
  const isRead = cursor.idx != null && cursor.left >= 0;
  chart.readouts.forEach((readout, i) => {
    setText(readout, format(isRead ? data[i + 1][cursor.idx] : latestOf(chart, i + 1), chart.spec.digits));
  });
  if (chart.clockReadout) setText(chart.clockReadout, isRead ? moment(data[0][cursor.idx] * 1000) : "");
}

/** Left and right go from point to point, Home and End to the first and the last. */
function moveCursor(chart, event) {
  const { plot } = chart;
  const places = plot.data[0];
  const at = plot.cursor.left >= 0 && plot.cursor.idx != null ? plot.cursor.idx : places.length;
  const to = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: places.length - 1 }[event.key];
  if (to == null || places.length === 0) return;
  event.preventDefault();
  const place = places[Math.min(places.length - 1, Math.max(0, to))];
  plot.setCursor({ left: plot.valToPos(place, "x"), top: 0 });
}

/** A line with a shape of its own on top, so that marks differ in more than colour. */
function drawMarks(chart, plot) {
  if (chart.spec.places || chart.owner.marks.length === 0) return;
  const { ctx, bbox } = plot;
  const unit = devicePixelRatio;
  ctx.save();
  ctx.setLineDash([]);
  for (const { seq, time, event } of chart.owner.marks) {
    const mark = MARKS[event];
    const at = chart.byTime ? time / 1000 : seq;
    if (!mark || at < plot.scales.x.min || at > plot.scales.x.max) continue;
    const x = Math.round(plot.valToPos(at, "x", true));
    ctx.strokeStyle = ctx.fillStyle = css(mark.colour);
    ctx.lineWidth = unit;
    ctx.globalAlpha = event === "warning" ? 0.45 : 0.85;
    ctx.beginPath();
    ctx.moveTo(x, bbox.top);
    ctx.lineTo(x, bbox.top + bbox.height);
    ctx.stroke();
    ctx.globalAlpha = 1;
    drawShape(ctx, mark.shape, x, bbox.top, 4 * unit);
  }
  ctx.restore();
}

function drawShape(ctx, shape, x, y, r) {
  ctx.beginPath();
  if (shape === "square") {
    ctx.rect(x - r, y - r, 2 * r, 2 * r);
  } else if (shape === "diamond") {
    ctx.moveTo(x, y - r - 1); ctx.lineTo(x + r + 1, y); ctx.lineTo(x, y + r + 1); ctx.lineTo(x - r - 1, y);
  } else if (shape === "triangle") {
    ctx.moveTo(x, y - r - 1); ctx.lineTo(x + r + 1, y + r); ctx.lineTo(x - r - 1, y + r);
  } else if (shape === "ring") {
    ctx.arc(x, y, r - 1, 0, 7);
  } else {
    ctx.moveTo(x - r, y - r); ctx.lineTo(x + r, y + r); ctx.moveTo(x + r, y - r); ctx.lineTo(x - r, y + r);
  }
  if (shape === "ring" || shape === "cross") ctx.stroke();
  else { ctx.closePath(); ctx.fill(); }
}
