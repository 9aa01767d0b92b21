// Shared by all panels: elements, numbers, colours, and state. User text reaches the page only
// through textContent and canvases, never as markup.
const hps = {};

{
  const present = (child) => child !== null && child !== undefined && child !== false && child !== '';

  // el('td', {class: 'number', onclick: f}, 'text', child) creates an element. Function properties
  // become listeners; null, undefined, false and empty children are left out.
  hps.el = (tag, properties = {}, ...children) => {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(properties)) {
      if (value === null || value === undefined || value === false) continue;
      if (typeof value === 'function') element.addEventListener(name.slice(2), value);
      else if (name === 'class') element.className = value;
      else element.setAttribute(name, value === true ? '' : value);
    }
    element.append(...children.flat(2).filter(present));
    return element;
  };

  // Replaces an element's children.
  hps.fill = (element, ...children) => element.replaceChildren(...children.flat(2).filter(present));

  // Four significant digits, as in the reports on the terminal.
  hps.number = (x, digits = 4) => {
    if (x === null || x === undefined || !Number.isFinite(x)) return '';
    if (Number.isInteger(x) && Math.abs(x) < 1e7) return String(x);
    const size = Math.abs(x);
    if (size !== 0 && (size < 1e-3 || size >= 1e6)) {
      return x.toExponential(digits - 1).replace(/\.?0+e/, 'e').replace('e+', 'e');
    }
    return String(Number(x.toPrecision(digits)));
  };

  hps.duration = (seconds) => {
    if (!Number.isFinite(seconds)) return '';
    if (seconds < 60) return `${hps.number(seconds, seconds < 10 ? 2 : 3)} s`;
    const minutes = Math.floor(seconds / 60);
    if (minutes < 60) return `${minutes} min ${Math.round(seconds % 60)} s`;
    return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, '0')} min`;
  };

  hps.plural = (n, one, many = `${one}s`) => `${n} ${n === 1 ? one : many}`;

  // --- Colours, from the style sheet, where each colour scheme has its own --------------------
  hps.colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
  const channels = (hex) => [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));
  // The colour ramp of the scheme, and the colour at `place`, from 0 (worst) to 1 (best).
  hps.ramp = () => [0, 1, 2, 3, 4].map((i) => hps.colour(`ramp-${i}`));
  hps.rampColour = (place, ramp = hps.ramp()) => {
    const at = Math.min(1, Math.max(0, place)) * (ramp.length - 1);
    const low = Math.min(ramp.length - 2, Math.floor(at));
    const [a, b] = [channels(ramp[low]), channels(ramp[low + 1])];
    return `rgb(${a.map((x, i) => Math.round(x + (b[i] - x) * (at - low))).join(',')})`;
  };

  // --- State: the data, the trials that pass the filters, and the selected trial ---------------
  const listeners = {data: [], filter: [], focus: []};
  hps.on = (kind, listener) => listeners[kind].push(listener);
  hps.tell = (kind) => listeners[kind].forEach((listener) => listener());

  const filters = new Map();  // name -> (trial) => boolean
  hps.active = [];            // per trial: does it pass all filters?
  hps.lastFilter = null;      // the name of the filter that changed last
  hps.filter = (name, keeps) => {
    hps.lastFilter = name;
    if (keeps) filters.set(name, keeps);
    else filters.delete(name);
    hps.applyFilters();
    hps.tell('filter');
  };
  hps.applyFilters = () => {
    const tests = [...filters.values()];
    hps.active = hps.model.trials.map((trial) => tests.every((keeps) => keeps(trial)));
  };
  hps.filtered = () => filters.size > 0;
  // True if the trial passes every filter but this one.
  hps.othersKeep = (name, trial) => [...filters].every(([other, keeps]) => other === name || keeps(trial));
  hps.clearFilters = () => {
    hps.lastFilter = null;
    filters.clear();
    hps.applyFilters();
    hps.tell('filter');
  };

  hps.focused = null;  // the selected trial
  hps.focus = (trial) => {
    hps.focused = trial;
    hps.tell('focus');
  };

  // --- Panels: the cards of the page, in the order in which their files add them ---------------
  hps.panels = [];
  // {id, title, width: columns of 12, hint, applies(), draw(body)}. draw() is called again with the
  // same body when the data or the colours change, and when the filters or the focus change if
  // `redraw` names them.
  hps.panel = (panel) => hps.panels.push({redraw: [], hint: '', applies: () => true, ...panel});
}
