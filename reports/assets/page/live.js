// Pages sent by `hpsearch serve`: they poll for new data once a second, and can switch sweeps.
{
  const {el} = hps;
  const kInterval = 1000;  // milliseconds
  let sweeps = [];
  let chosen = null;  // name of the chosen sweep; null: the newest
  let version = '';
  let problem = '';

  const get = async (path, headers = {}) => {
    const answer = await fetch(path, {headers, cache: 'no-store'});
    if (answer.status === 304) return null;
    if (!answer.ok) throw new Error(await answer.text());
    version = answer.headers.get('ETag') ?? '';
    return answer.json();
  };

  const sweepPath = (name) => (name === null ? '/api/sweep' : `/api/sweep?name=${encodeURIComponent(name)}`);

  const waiting = el('p', {class: 'waiting', role: 'status'});

  const say = (text) => {
    problem = text;
    waiting.textContent = text;
    if (hps.model) hps.redrawHeader();
    else document.body.prepend(waiting);
  };

  const refresh = async () => {
    try {
      const data = await get(sweepPath(chosen), version ? {'If-None-Match': version} : {});
      if (problem !== '') say('');
      if (!data) return;
      waiting.remove();
      sweeps = data.sweeps;
      hps.lastData = data;
      hps.show(data);
    } catch (error) {
      version = '';
      say(error.message);
    }
  };

  // Large pages take long to produce and draw, so wait at least as long before the next request.
  hps.goLive = async () => {
    hps.live = true;
    for (;;) {
      const begin = performance.now();
      await refresh();
      const took = performance.now() - begin;
      await new Promise((wake) => { setTimeout(wake, Math.max(kInterval, took)); });
    }
  };

  hps.liveControls = () => {
    if (!hps.live) return null;
    return [
      problem && el('span', {class: 'pill state-failed', title: problem}, hps.cut(problem, 60)),
      sweeps.length > 1 && el('select', {'aria-label': 'Sweep', onchange: (event) => {
        chosen = event.target.value;
        version = '';
        hps.compared.clear();
        hps.comparison = null;
        hps.clearFilters();
        refresh();
      }}, sweeps.map((sweep) => el('option', {value: sweep.name, selected: sweep.name === hps.model.sweep.name}, `${sweep.name} (${sweep.state})`))),
      sweeps.length > 1 && el('select', {'aria-label': 'Compare with', onchange: (event) => compare(event.target.value)},
        el('option', {value: ''}, 'compare with …'),
        sweeps.filter((sweep) => sweep.name !== hps.model.sweep.name).map((sweep) => el('option', {value: sweep.name, selected: hps.comparison?.other === sweep.name}, sweep.name))),
    ];
  };

  // Draws the other sweep's best so far into this sweep's chart, and shows the comparison as text.
  const compare = async (other) => {
    hps.compared.clear();
    hps.comparison = null;
    if (other !== '') {
      try {
        const answer = await fetch(`/api/compare?a=${encodeURIComponent(hps.model.sweep.name)}&b=${encodeURIComponent(other)}`, {cache: 'no-store'});
        if (!answer.ok) throw new Error(await answer.text());
        const {text, number, stage, value} = await answer.json();
        const trials = number.map((n, i) => ({number: n, stage: stage[i], state: 'complete', value: value[i] ?? NaN}));
        hps.comparison = {other, text};
        hps.compared.set(other, {colour: hps.colour('focus'), line: hps.bestSoFar(trials, hps.model.maximize)});
      } catch (error) {
        say(error.message);
      }
    }
    hps.show(hps.lastData);
  };

  hps.panel({
    id: 'comparison',
    title: 'Comparison with the other sweep',
    hint: 'Its best so far is the second line in the chart above.',
    width: 12,
    applies: () => Boolean(hps.comparison),
    draw(body) {
      hps.fill(body, hps.code(hps.comparison.text));
    },
  });
}
