// Puts the panels on the page and redraws them when something changes.
{
  const {el} = hps;
  const page = el('main', {});
  const header = el('header', {class: 'masthead'});
  const bodies = new Map();

  const drawHeader = () => {
    const {sweep} = hps.model;
    document.title = `${sweep.name} · hpsearch`;
    hps.fill(header,
      el('div', {}, el('h1', {}, sweep.name), el('p', {class: 'muted'}, `${sweep.method.replaceAll('_', ' ')} search, ${sweep.goal} ${sweep.metric}`)),
      el('div', {class: 'controls'}, hps.liveControls?.(), el('span', {class: `pill big state-${sweep.state}`}, sweep.state)),
    );
  };

  // An error in one panel must not break the others.
  const drawPanel = (panel) => {
    const entry = bodies.get(panel.id);
    const applies = panel.applies();
    entry.section.hidden = !applies;
    if (!applies) return;
    try {
      panel.draw(entry.body);
    } catch (error) {
      console.error(`${panel.id}: ${error.stack}`);
      hps.fill(entry.body, el('p', {class: 'muted'}, `This panel cannot be drawn: ${error.message}`));
    }
  };

  // Redraws are collected into one animation frame: a drag fires many events per frame.
  const waiting = new Set();
  const drawSoon = (panel) => {
    if (waiting.size === 0) {
      requestAnimationFrame(() => {
        const now = [...waiting];
        waiting.clear();
        now.forEach(drawPanel);
      });
    }
    waiting.add(panel);
  };

  const build = () => {
    document.body.prepend(header, page);
    for (const panel of hps.panels) {
      const body = el('div', {class: 'body'});
      const section = el('section', {id: panel.id, class: `panel w${panel.width}`, 'aria-label': panel.title || panel.id},
        panel.title && el('h2', {}, panel.title), panel.hint && el('p', {class: 'hint'}, panel.hint), body);
      bodies.set(panel.id, {section, body});
      page.append(section);
    }
    page.append(el('footer', {class: 'muted small'}, 'Made by hpsearch. This page is self-contained: it loads nothing from other sites.'));
    for (const kind of ['filter', 'focus']) {
      hps.on(kind, () => hps.panels.filter((panel) => panel.redraw.includes(kind) && !panel.ignores?.(kind)).forEach(drawSoon));
    }
  };

  hps.redrawHeader = drawHeader;

  hps.show = (data) => {
    hps.model = hps.readModel(data);
    hps.applyFilters();
    if (bodies.size === 0) build();
    drawHeader();
    hps.tell('data');
    hps.panels.forEach(drawPanel);
  };

  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => hps.panels.forEach(drawSoon));
  addEventListener('beforeprint', () => document.querySelectorAll('details').forEach((d) => { d.open = true; }));

  // A saved page has its data inside; a served page fetches them.
  const saved = document.getElementById('data');
  addEventListener('DOMContentLoaded', () => (saved ? hps.show(JSON.parse(saved.textContent)) : hps.goLive()));
}
