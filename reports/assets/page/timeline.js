// What each worker trained, and when; gaps are idle time.
{
  const {el} = hps;

  hps.panel({
    id: 'timeline',
    title: 'Workers',
    hint: 'Each bar is a trial’s last attempt; in gaps a worker waited or the sweep was not running.',
    width: 7,
    redraw: ['filter', 'focus'],
    applies: () => hps.model.trials.some((t) => Number.isFinite(t.start) && t.worker !== ''),
    draw(body) {
      const model = hps.model;
      if (!body.firstChild) body.append(el('div', {class: 'chart'}));
      const workers = [...new Set(model.trials.map((t) => t.worker).filter((w) => w !== ''))].sort();
      const box = body.firstChild;
      box.style.height = `${Math.min(420, 74 + workers.length * 30)}px`;
      const chart = hps.chart(box, `Trials of ${workers.length} workers over time`);
      const ramp = hps.ramp();
      const colourOf = (t) => (t === hps.focused ? hps.colour('focus') : t === model.winner ? hps.colour('best') : ['diverged', 'failed'].includes(t.state) ? hps.colour('bad') : Number.isNaN(t.quality) ? hps.colour('muted') : hps.rampColour(t.quality, ramp));
      const now = Math.max(...model.trials.map((t) => (Number.isFinite(t.end) ? t.end : Number.isFinite(t.start) ? t.start : 0)));
      const items = model.trials.filter((t) => Number.isFinite(t.start) && t.worker !== '').map((t) => ({
        value: [t.start, Number.isFinite(t.end) && t.end >= t.start ? t.end : now, workers.indexOf(t.worker), hps.active[t.index] ? 1 : 0.15],
        trial: t.index,
        colour: colourOf(t),
      }));
      chart.setOption({
        animation: false,
        textStyle: hps.textStyle(),
        grid: {left: 12, right: 16, top: 8, bottom: 42, containLabel: true},
        xAxis: hps.axis({name: 'seconds since the sweep began', min: 0, max: 'dataMax', splitLine: {show: false}}),
        yAxis: {...hps.axis({type: 'category', data: workers}), inverse: true, axisLabel: {color: hps.colour('muted'), fontSize: 11, formatter: (w) => hps.cut(w, 18)}, splitLine: {show: false}},
        series: [{
          type: 'custom', data: items, encode: {x: [0, 1], y: 2}, clip: true,
          renderItem: (params, api) => {
            const [x0, y] = api.coord([api.value(0), api.value(2)]);
            const [x1] = api.coord([api.value(1), api.value(2)]);
            const height = Math.min(20, api.size([0, 1])[1] * 0.66);
            return {type: 'rect', shape: {x: x0, y: y - height / 2, width: Math.max(1, x1 - x0 - 0.5), height, r: 1.5}, style: {fill: items[params.dataIndex].colour, opacity: api.value(3)}};
          },
        }],
      }, {replaceMerge: ['series']});
      hps.pointsAnswer(chart);
    },
  });

  const isOpen = (trial) => trial.state !== 'complete' && trial.state !== 'running';
  const kMostGroups = 50;  // a reason can hold an error message, so there may be as many as trials
  const kMostTrials = 12;  // per group

  // The trials of each state and reason, the largest group first.
  const reasons = (trials) => {
    const groups = new Map();
    for (const trial of trials) {
      const key = `${trial.state}\n${trial.reason}`;
      if (!groups.has(key)) groups.set(key, []);
      groups.get(key).push(trial);
    }
    return [...groups.values()].sort((a, b) => b.length - a.length).slice(0, kMostGroups);
  };

  hps.panel({
    id: 'states',
    title: 'What did not complete',
    width: 12,
    redraw: ['filter'],
    applies: () => hps.model.trials.some(isOpen),
    draw(body) {
      const groups = reasons(hps.model.trials.filter((t) => hps.active[t.index] && isOpen(t)));
      hps.fill(body, groups.length === 0 ? el('p', {class: 'muted'}, 'None of the trials that pass the filters.') : el('ul', {class: 'reasons'}, groups.map((group) => el('li', {},
        el('span', {class: `pill state-${group[0].state}`}, `${group.length} ${group[0].state}`),
        el('div', {}, group[0].reason || 'no reason recorded', el('div', {class: 'muted small'}, 'trials ', group.slice(0, kMostTrials).map((trial, i) => [
          i > 0 && ', ',
          el('button', {class: 'link', type: 'button', onclick: () => hps.focus(trial)}, String(trial.number)),
        ]), group.length > kMostTrials && ' …')),
      ))));
    },
  });
}
