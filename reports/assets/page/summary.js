// What people want to know first: results, progress, what to do next, and the best settings.
{
  const {el} = hps;

  const copyButton = (text) => el('button', {class: 'copy', type: 'button', onclick: async (event) => {
    const button = event.currentTarget;
    try {
      await navigator.clipboard.writeText(text);
      button.textContent = 'copied';
    } catch {
      button.textContent = 'select it and press Ctrl-C';
    }
  }}, 'copy');
  hps.code = (text) => el('div', {class: 'code'}, el('pre', {}, text), copyButton(text));

  const states = ['complete', 'running', 'pruned', 'diverged', 'failed', 'interrupted', 'queued'];

  const stateBar = (model) => {
    const counts = states.map((state) => [state, model.trials.filter((t) => t.state === state).length]);
    const total = Math.max(model.sweep.planned, model.trials.length);
    const bar = el('div', {class: 'bar', role: 'img', 'aria-label': counts.map(([s, n]) => `${n} ${s}`).join(', ')});
    for (const [state, count] of counts) {
      if (count === 0) continue;
      const part = el('i', {class: `state-${state}`, title: `${count} ${state}`});
      part.style.width = `${(100 * count) / total}%`;
      bar.append(part);
    }
    return [bar, el('div', {class: 'muted small'}, [...counts.filter(([state, n]) => n > 0 && state !== 'complete').map(([s, n]) => `${n} ${s}`), ...(model.sweep.violating > 0 ? [`${model.sweep.violating} violate constraints`] : [])].join(' · '))];
  };

  const card = (label, value, ...more) => el('div', {class: 'figure'}, el('span', {class: 'label'}, label), el('strong', {}, value), ...more);

  hps.panel({
    id: 'figures',
    title: '',
    width: 12,
    draw(body) {
      const model = hps.model;
      const {sweep, best} = model;
      const test = best ? Object.entries(best.test).find(([name]) => name === sweep.metric.replace(/^(val|train)_/, 'test_')) ?? Object.entries(best.test)[0] : null;
      const noise = model.noise ? `± ${hps.number(model.noise.standard_error, 2)} ${model.noise.folds ? `over ${model.noise.folds} folds` : model.noise.seeds ? `over ${model.noise.seeds} seeds` : `on ${model.noise.rows} rows`}` : '';
      const ensemble = best?.ensemble;
      const gain = ensemble?.metrics.gain;
      hps.fill(body, el('div', {class: 'figures'},
        best
          ? card(`best ${sweep.metric}`, hps.number(best.value), el('div', {class: 'muted small'}, `trial ${best.trial}${best.best_epoch > 0 ? `, epoch ${best.best_epoch}` : ''}${noise ? ` · ${noise}` : ''}`), ...(best.duel ? [el('div', {class: 'muted small'}, best.duel.text)] : []))
          : card(`best ${sweep.metric}`, '–', el('div', {class: 'muted small'}, 'no trial is complete yet')),
        test
          ? card(test[0].replace('_', ' '), hps.number(test[1]), el('div', {class: 'muted small'}, `of the ${ensemble ? 'ensemble' : 'best trial'}, computed once at the end`))
          : card('test', '–', el('div', {class: 'muted small'}, sweep.data?.program ? 'the program keeps its test data to itself' : sweep.state === 'complete' && best ? 'the sweep has no test set' : sweep.state === 'complete' ? 'waits for a winner: no trial is complete' : 'computed when the sweep ends')),
        ...(ensemble ? [card('ensemble', hps.plural(ensemble.members.length, 'network'),
          el('div', {class: 'muted small'}, ensemble.trials.map((t) => `trial ${t.trial} (${Math.round(100 * t.share)} %)`).join(' · ')),
          el('div', {class: 'muted small'}, `expected loss ${hps.number(ensemble.metrics.val_loss)} (${hps.number(ensemble.metrics.val_loss_low, 3)} to ${hps.number(ensemble.metrics.val_loss_high, 3)})`),
          ...(gain === undefined ? [] : [el('div', {class: 'muted small'}, `${hps.number(gain, 3)} below the best trial (${hps.number(ensemble.metrics.gain_low, 3)} to ${hps.number(ensemble.metrics.gain_high, 3)})`)]))] : []),
        card('trials', `${sweep.complete} / ${Math.max(sweep.planned, model.trials.length)}`, ...stateBar(model)),
        card('cost', hps.duration(sweep.active_seconds), el('div', {class: 'muted small'}, `${hps.plural(sweep.epochs, 'epoch')}${sweep.active_seconds > 0 ? `, ${hps.number(sweep.epochs / sweep.active_seconds, 3)} per second` : ''}`)),
        el('div', {class: 'figure digest'}, el('span', {class: 'label'}, 'digest'), el('strong', {}, sweep.digest ?? '…'), el('div', {class: 'muted small'}, sweep.digest ? 'equal digests mean equal results, bit for bit' : sweep.state === 'running' ? 'computed when the run ends' : 'being computed')),
      ));
    },
  });

  const kindNames = {border: 'border', divergence: 'diverges', narrow: 'too wide', no_influence: 'no influence', epochs: 'too short', overfitting: 'overfitting', underfitting: 'underfitting', first_loss: 'initial weights', flat_start: 'flat start', few_trials: 'few trials', noise: 'noise', pruning: 'early stopping'};

  const sentence = (text) => `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;

  hps.panel({
    id: 'advice',
    title: 'What to do next',
    width: 7,
    applies: () => hps.model.sweep.state !== 'running' || hps.model.advice.length > 0,
    draw(body) {
      const {advice} = hps.model;
      if (advice.length === 0) {
        hps.fill(body, el('p', {class: 'muted'}, hps.model.statisticsPending ? 'Being computed …' : 'Nothing suggests a change to the sweep file.'));
        return;
      }
      hps.fill(body, advice.some((item) => item.yaml) && el('p', {class: 'hint'}, 'hpsearch report --next next.yaml writes a sweep file that follows this advice.'), el('ol', {class: 'advice'}, advice.map((item) => el('li', {},
        el('span', {class: `kind kind-${item.kind}`}, kindNames[item.kind] ?? item.kind),
        el('div', {}, el('p', {}, sentence(item.text)), item.evidence && el('p', {class: 'muted small'}, sentence(item.evidence)), item.yaml && hps.code(item.yaml)),
      ))));
    },
  });

  hps.panel({
    id: 'best',
    title: 'The best trial',
    width: 5,
    applies: () => hps.model.best !== null,
    draw(body) {
      const model = hps.model;
      const {best} = model;
      const rows = Object.entries(best.params).map(([name, value]) => {
        const parameter = model.parameters.find((p) => p.name === name);
        const place = parameter?.numeric ? parameter.place(Number(value)) : NaN;
        const mark = el('i', {class: 'place'});
        if (Number.isFinite(place)) {
          const dot = el('b', {class: place < 0.05 || place > 0.95 ? 'edge' : ''});
          dot.style.left = `${100 * Math.min(1, Math.max(0, place))}%`;
          mark.append(dot);
        }
        return el('tr', {}, el('th', {scope: 'row'}, name), el('td', {class: 'number'}, typeof value === 'number' ? hps.number(value) : JSON.stringify(value).replace(/^"|"$/g, '')), el('td', {}, Number.isFinite(place) && mark));
      });
      hps.fill(body,
        el('table', {class: 'params'}, el('tbody', {}, rows)),
        el('p', {class: 'muted small'}, `${best.ensemble && Object.keys(best.test).length > 0 ? 'of the ensemble: ' : ''}${Object.entries(best.test).map(([name, value]) => `${name} ${hps.number(value)}`).join(' · ')}`),
        best.weights && el('p', {class: 'muted small'}, `weights: ${best.weights}`),
        best.yaml && el('details', {}, el('summary', {}, model.sweep.data?.program ? 'as a sweep file that runs it again' : 'as a sweep file that reproduces it bit for bit'), hps.code(best.yaml)),
        best.yaml && el('p', {class: 'muted small'}, 'To train it again:'),
        best.yaml && hps.code(best.repeat),
      );
    },
  });
}
