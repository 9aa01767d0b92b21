// All facts about the selected trial, at the side of the page.
{
  const {el} = hps;
  const drawer = el('aside', {class: 'drawer', hidden: true, 'aria-label': 'Selected trial'});

  const draw = () => {
    const trial = hps.focused;
    drawer.hidden = trial === null;
    if (trial === null) return;
    if (!drawer.parentNode) document.body.append(drawer);
    const neighbour = (step) => hps.model.ranked[(trial.rank ?? 0) - 1 + step];
    const go = (label, step) => trial.rank && neighbour(step) && el('button', {type: 'button', onclick: () => hps.focus(neighbour(step))}, label);
    hps.fill(drawer,
      el('header', {}, el('b', {}, hps.trialTitle(trial)), el('button', {type: 'button', class: 'close', 'aria-label': 'Close', onclick: () => hps.focus(null)}, '×')),
      el('table', {class: 'params'}, el('tbody', {}, [...hps.trialFacts(trial), ...hps.remarks(trial.number)].map(([name, text]) => el('tr', {}, el('th', {scope: 'row'}, name), el('td', {class: 'number'}, text))))),
      el('footer', {}, go('‹ better', -1), go('worse ›', 1), el('code', {}, `hpsearch show ${trial.number}`)),
    );
  };

  hps.on('focus', draw);
  hps.on('data', () => {
    if (hps.focused) hps.focused = hps.model.trials.find((t) => t.number === hps.focused.number) ?? null;
    draw();
  });
  addEventListener('keydown', (event) => {
    if (event.key === 'Escape' && hps.focused) hps.focus(null);
  });
}
