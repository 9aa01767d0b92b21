// All trials: sortable, filterable by words, with a limited number of rows at a time.
{
  const {el} = hps;
  const kPage = 50;
  let sort = {key: 'rank', descending: false};
  let shown = kPage;
  let words = '';

  const columns = () => {
    const model = hps.model;
    const plain = (key, title, get, text) => ({key, title, get, text: text ?? ((t) => hps.number(get(t))), number: true});
    return [
      plain('number', 'trial', (t) => t.number),
      plain('rank', 'rank', (t) => t.rank ?? Infinity, (t) => String(t.rank ?? '')),
      {key: 'state', title: 'state', get: (t) => t.state, text: (t) => t.state, number: false},
      plain('value', model.sweep.metric, (t) => t.value),
      plain('epoch', 'epoch', (t) => t.bestEpoch ?? NaN),
      plain('seconds', 'seconds', (t) => t.seconds, (t) => hps.number(t.seconds, 3)),
      ...(model.stages.length > 1 ? [plain('stage', 'stage', (t) => t.stage)] : []),
      ...model.parameters.map((p, i) => ({key: `p${i}`, title: p.name, get: (t) => (p.numeric ? t.params[i] : p.text(t.params[i])) ?? NaN, text: (t) => p.text(t.params[i]), number: p.numeric})),
    ];
  };

  const compare = (get) => (a, b) => {
    const [x, y] = [get(a), get(b)];
    // Missing values come last in both directions.
    const missing = (v) => (typeof v === 'number' && Number.isNaN(v) ? 1 : 0);
    if (missing(x) || missing(y)) return missing(x) - missing(y);
    return (typeof x === 'string' ? x.localeCompare(y) : x - y) * (sort.descending ? -1 : 1);
  };

  hps.panel({
    id: 'table',
    title: 'All trials',
    width: 12,
    redraw: ['filter', 'focus'],
    applies: () => hps.model.trials.length > 0,
    draw(body) {
      const all = columns();
      if (!body.firstChild) {
        body.append(
          el('div', {class: 'tools'},
            el('input', {type: 'search', placeholder: 'filter: words, or learning_rate < 0.1', 'aria-label': 'Filter trials', oninput: (event) => {
              words = event.target.value.trim();
              shown = kPage;
              const keeps = hps.parseFilter(words, columns());
              event.target.classList.toggle('wrong', keeps === null);
              if (keeps !== null) hps.filter('table', words === '' ? null : keeps);
            }}),
            el('span', {class: 'muted small'}),
            el('button', {type: 'button', class: 'link', onclick: () => hps.clearAll()}, 'show all')),
          el('div', {class: 'scroll'}),
          el('button', {type: 'button', class: 'more', onclick: () => {
            shown += 4 * kPage;
            this.draw(body);
          }}, 'more rows'));
      }
      const [tools, scroll, more] = body.children;
      const column = all.find((c) => c.key === sort.key) ?? all[0];
      const trials = hps.model.trials.filter((t) => hps.active[t.index]).sort(compare(column.get));
      tools.children[1].textContent = trials.length === hps.model.trials.length ? hps.plural(trials.length, 'trial') : `${trials.length} of ${hps.plural(hps.model.trials.length, 'trial')}`;
      tools.children[2].hidden = !hps.filtered();
      more.hidden = trials.length <= shown;
      const header = el('tr', {}, all.map((c) => el('th', {scope: 'col', class: c.number && 'number', 'aria-sort': c === column ? (sort.descending ? 'descending' : 'ascending') : 'none'}, el('button', {type: 'button', onclick: () => {
        sort = {key: c.key, descending: c === column ? !sort.descending : false};
        this.draw(body);
      }}, hps.cut(c.title, 24)))));
      const rows = trials.slice(0, shown).map((t) => el('tr', {class: [t === hps.focused && 'focused', t === hps.model.winner && 'winner'].filter(Boolean).join(' ') || null, onclick: () => hps.focus(t)}, all.map((c) => (c.key === 'state' ? el('td', {}, el('span', {class: `pill state-${t.state}`, title: t.reason || null}, t.state)) : el('td', {class: c.number && 'number'}, hps.cut(c.text(t), 40))))));
      hps.fill(scroll, el('table', {class: 'trials'}, el('thead', {}, header), el('tbody', {}, rows)));
    },
  });

  // Parses "learning_rate < 0.1 relu": comparisons of columns, and words that some cell must contain.
  // Returns a predicate, or null if a comparison is invalid.
  hps.parseFilter = (text, all) => {
    const tests = [];
    const rest = text.replace(/([\w.]+)\s*(<=|>=|!=|=|<|>)\s*("[^"]*"|[^\s]+)/g, (whole, name, sign, raw) => {
      const column = all.find((c) => c.title.toLowerCase() === name.toLowerCase() || c.key === name);
      const value = raw.replace(/^"|"$/g, '');
      const number = Number(value);
      if (!column || (column.number && Number.isNaN(number))) {
        tests.push(null);
        return '';
      }
      const right = column.number ? number : value;
      const holds = {'<': (a) => a < right, '>': (a) => a > right, '<=': (a) => a <= right, '>=': (a) => a >= right, '=': (a) => a === right, '!=': (a) => a !== right}[sign];
      tests.push((trial) => holds(column.get(trial)));
      return '';
    });
    if (tests.includes(null)) return null;
    for (const word of rest.toLowerCase().split(/\s+/).filter((w) => w !== '')) {
      tests.push((trial) => all.some((c) => c.text(trial).toLowerCase().includes(word)) || trial.reason.toLowerCase().includes(word));
    }
    return (trial) => tests.every((test) => test(trial));
  };

  hps.clearAll = () => {
    words = '';
    document.querySelector('#table input[type=search]').value = '';
    hps.clearBrush?.();
    hps.clearFilters();
  };
}
