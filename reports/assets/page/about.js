// The sweep file, the data and the machine: everything needed to reproduce the sweep.
{
  const {el} = hps;

  hps.panel({
    id: 'yaml',
    title: 'The sweep file',
    width: 7,
    draw(body) {
      hps.fill(body, hps.code(hps.model.sweep.yaml));
    },
  });

  // Nested objects as [dotless path, text] rows; arrays are left out.
  const flat = (object, prefix = '') => Object.entries(object ?? {}).flatMap(([name, value]) => {
    if (Array.isArray(value)) return [];
    return value !== null && typeof value === 'object' ? flat(value, `${prefix}${name} `) : [[prefix + name, String(value)]];
  });

  hps.panel({
    id: 'facts',
    title: 'Where and when',
    width: 5,
    draw(body) {
      const {sweep} = hps.model;
      const time = (text) => (text ?? '').replace('T', ' ').replace(/\.\d+Z$/, ' UTC');
      const rows = [['method', sweep.method], ['metric', `${sweep.goal} ${sweep.metric}`], ['seed', String(sweep.seed)], ['warm start', sweep.warm_start ?? ''], ['started', time(sweep.created_at)], ['ended', time(sweep.finished_at)], ['stopped by', sweep.stop_reason ?? ''], ...flat(sweep.data).map(([name, text]) => [`data: ${name}`, text]), ...flat(sweep.host)];
      hps.fill(body, el('table', {class: 'params wrap'}, el('tbody', {}, rows.filter(([, text]) => text !== '' && text !== 'null').map(([name, text]) => el('tr', {}, el('th', {scope: 'row'}, name), el('td', {}, text))))));
    },
  });

  // What people have said of one trial, or of the sweep as a whole, as [what, text] rows.
  hps.remarks = (trial) => {
    const of = (list) => (list ?? []).filter((item) => item.trial === trial);
    const {sweep} = hps.model;
    const tags = of(sweep.tags).map((item) => item.tag);
    return [...(tags.length > 0 ? [['tags', tags.join(', ')]] : []), ...of(sweep.notes).map((item) => ['note', item.text])];
  };

  hps.panel({
    id: 'remarks',
    title: 'Tags and notes',
    width: 12,
    applies: () => (hps.model.sweep.tags ?? []).length + (hps.model.sweep.notes ?? []).length > 0,
    draw(body) {
      const {sweep} = hps.model;
      const trials = [...new Set([...sweep.tags, ...sweep.notes].map((item) => item.trial))].sort((a, b) => (a ?? -1) - (b ?? -1));
      const rows = trials.flatMap((trial) => hps.remarks(trial).map(([what, text]) => el('tr', {}, el('th', {scope: 'row'}, trial === null ? 'sweep' : `trial ${trial}`), el('td', {}, what), el('td', {}, text))));
      hps.fill(body, el('table', {class: 'params wrap'}, el('tbody', {}, rows)));
    },
  });

  // As `check` says it, in the same words.
  hps.panel({
    id: 'columns',
    title: 'What the table’s columns become',
    width: 12,
    applies: () => (hps.model.sweep.data?.columns ?? []).length > 0,
    draw(body) {
      const {columns, notes = []} = hps.model.sweep.data;
      const rows = columns.map(({name, treatment}) => el('tr', {}, el('th', {scope: 'row'}, name), el('td', {}, treatment)));
      hps.fill(body,
        el('div', {class: 'scroll'}, el('table', {class: 'params wrap'}, el('tbody', {}, rows))),
        notes.map((note) => el('p', {class: 'note'}, note)),
      );
    },
  });
}
