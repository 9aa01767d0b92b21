// Coarse to fine: the box that each stage searched, on each parameter's own scale.
{
  const {el} = hps;

  const track = (parameter, stage) => {
    const range = stage.space?.[parameter.name];
    const bar = el('div', {class: 'track'});
    if (range && parameter.numeric && Number.isFinite(range.min)) {
      const [a, b] = [parameter.place(range.min), parameter.place(range.max)];
      const box = el('i', {class: 'box', title: `${hps.number(range.min)} to ${hps.number(range.max)}`});
      box.style.left = `${100 * Math.max(0, a)}%`;
      box.style.width = `${Math.max(0.8, 100 * (Math.min(1, b) - Math.max(0, a)))}%`;
      bar.append(box);
    }
    for (const trial of hps.model.trials) {
      if (!hps.active[trial.index] || trial.stage !== stage.stage || trial.params[parameter.index] === null || Number.isNaN(trial.quality) || !parameter.numeric) continue;
      const dot = el('b');
      dot.style.left = `${100 * parameter.place(trial.params[parameter.index])}%`;
      dot.style.opacity = String(0.15 + 0.85 * trial.quality ** 2);
      if (trial.quality > 0.999) dot.className = 'first';
      bar.append(dot);
    }
    if (!parameter.numeric) bar.append(el('span', {class: 'muted small'}, (range?.values ?? []).map((v) => (Array.isArray(v) ? `[${v.join(', ')}]` : String(v))).join(' · ')));
    return bar;
  };

  hps.panel({
    id: 'stages',
    title: 'From coarse to fine',
    hint: 'The box that each stage searched, with its trials. Darker is better; orange marks the best of the stage.',
    width: 12,
    redraw: ['filter'],
    applies: () => hps.model.stages.length > 1,
    draw(body) {
      const model = hps.model;
      const change = (stage, parameter) => stage.changes.find((c) => c.parameter === parameter.name);
      hps.fill(body, el('div', {class: 'stages'}, model.stages.map((stage) => el('section', {},
        el('h3', {}, `stage ${stage.stage}`, el('small', {}, ` ${hps.plural(stage.trials, 'trial')}${stage.epochs ? ` of ${hps.plural(stage.epochs, 'epoch')}` : ''}${stage.begun ? (stage.points ? ` · ${stage.points}` : '') : ' · not started'}`)),
        stage.begun && model.parameters.map((parameter) => el('div', {class: 'axis'},
          el('span', {class: 'name', title: parameter.name}, parameter.name),
          track(parameter, stage),
          el('span', {class: 'muted small', title: change(stage, parameter)?.reason}, change(stage, parameter) ? `${change(stage, parameter).action}: ${change(stage, parameter).reason}` : ''),
        )),
      ))));
    },
  });
}
