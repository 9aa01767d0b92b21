// How much each parameter mattered (PED-ANOVA), and where on its scale the best trials lie.
{
  const {el} = hps;

  // Bars that compare the best trials' share with that of all trials, bin by bin.
  const marginal = (item) => {
    const parameter = hps.model.parameters.find((p) => p.name === item.name);
    const bins = item.bins ?? [];
    if (!parameter || bins.length === 0) return null;
    const most = Math.max(...bins.flatMap((bin) => [bin.top, bin.all]), 1e-9);
    return el('div', {class: 'marginal', role: 'img', 'aria-label': `Where the best trials lie on ${item.name}`}, bins.map((bin) => {
      const column = el('span', {title: `${bin.label ?? ''} ${hps.number(100 * bin.top, 3)} % of the best, ${hps.number(100 * bin.all, 3)} % of all`});
      const all = el('i', {class: 'all'});
      const top = el('i', {class: 'top'});
      all.style.height = `${(100 * bin.all) / most}%`;
      top.style.height = `${(100 * bin.top) / most}%`;
      column.append(all, top);
      return column;
    }));
  };

  hps.panel({
    id: 'importance',
    title: 'What mattered',
    hint: 'PED-ANOVA: how far the distribution of the best trials differs from that of all trials. Small bars: where the best tenth (dark) and all trials (pale) lie.',
    width: 4,
    applies: () => (hps.model.importance?.parameters ?? []).length > 0,
    draw(body) {
      const {parameters, note} = hps.model.importance;
      const most = Math.max(...parameters.map((p) => p.share), 1e-9);
      hps.fill(body,
        el('div', {class: 'importance'}, parameters.map((item) => {
          const bar = el('i');
          bar.style.width = `${(100 * item.share) / most}%`;
          return el('div', {class: 'row'}, el('span', {class: 'name', title: item.name}, item.name), el('span', {class: 'track'}, bar), el('span', {class: 'number', title: item.p > 0.05 ? 'a random choice of as many trials would often look as important' : null}, item.share < 0.001 ? '< 0.1 %' : `${hps.number(100 * item.share, 2)} %`), marginal(item));
        })),
        note && el('p', {class: 'note'}, note),
      );
    },
  });
}
