// Learning curves: thousands of lines on one canvas. uPlot provides the axes, zoom and pointer; the
// lines are drawn here, batched by colour.
{
  const {el} = hps;
  const kGroups = 24;  // batches, one per colour of the ramp
  let series = null;   // the series shown, by name
  let logarithmic = null;
  let plot = null;

  const epochsOf = (curve) => curve.e ?? curve.s[0].map((_, i) => i + 1);

  const valuesOf = (curve, name) => curve.s[hps.model.curves.series.indexOf(name)] ?? [];

  const partner = (name) => (name.startsWith('val_') ? name.replace('val_', 'train_') : name.replace('train_', 'val_'));

  // The y range of interest: early and diverging values must not flatten the rest.
  const yRange = (curves, name) => {
    const all = [];
    const ends = [];
    for (const curve of curves) {
      const values = valuesOf(curve, name).filter((v) => v !== null);
      for (const v of values) all.push(v);
      if (values.length > 0) ends.push(values[values.length - 1]);
    }
    if (all.length === 0) return [0, 1];
    all.sort((a, b) => a - b);
    ends.sort((a, b) => a - b);
    const loss = name.endsWith('loss');
    const low = loss ? all[0] : ends[Math.floor(ends.length * 0.1)];
    const high = loss ? Math.max(ends[Math.floor((ends.length - 1) * 0.85)], all[Math.floor((all.length - 1) * 0.8)]) : all[all.length - 1];
    if (logarithmic) return [Math.max(low * 0.9, 1e-8), Math.max(high * 1.1, low * 1.5, 1e-7)];
    const air = (high - low || Math.abs(high) || 1) * 0.05;
    return [Math.max(low - air, loss ? 0 : -Infinity), high + air];
  };

  const trace = (u, curve, name) => {
    const path = new Path2D();
    const epochs = epochsOf(curve);
    let pen = false;
    valuesOf(curve, name).forEach((value, i) => {
      if (value === null || (logarithmic && value <= 0)) {
        pen = false;
        return;
      }
      const x = u.valToPos(epochs[i], 'x', true);
      const y = u.valToPos(value, 'y', true);
      if (pen) path.lineTo(x, y);
      else path.moveTo(x, y);
      pen = true;
    });
    return path;
  };

  const drawLines = (u, curves, name) => {
    const {ctx} = u;
    const {left, top, width, height} = u.bbox;
    const ramp = hps.ramp();
    const groups = Array.from({length: kGroups + 1}, () => new Path2D());
    let visible = 0;
    for (const curve of curves) {
      const trial = hps.model.trials[curve.t];
      if (!hps.active[trial.index]) continue;
      visible += 1;
      const group = Number.isNaN(trial.quality) ? kGroups : Math.floor(trial.quality * (kGroups - 1));
      groups[group].addPath(trace(u, curve, name));
    }
    ctx.save();
    ctx.beginPath();
    ctx.rect(left, top, width, height);
    ctx.clip();
    ctx.lineWidth = devicePixelRatio;
    ctx.globalAlpha = Math.max(0.08, Math.min(0.6, 30 / Math.sqrt(visible * 12 + 1)));
    ctx.strokeStyle = hps.colour('muted');
    ctx.stroke(groups[kGroups]);
    groups.slice(0, kGroups).forEach((path, i) => {
      ctx.strokeStyle = hps.rampColour(i / (kGroups - 1), ramp);
      ctx.stroke(path);
    });
    ctx.globalAlpha = 1;
    const highlight = (trial, colour) => {
      const curve = trial && curves.find((c) => c.t === trial.index);
      if (!curve) return;
      ctx.strokeStyle = colour;
      ctx.lineWidth = 2.4 * devicePixelRatio;
      ctx.stroke(trace(u, curve, name));
      ctx.lineWidth = 1.6 * devicePixelRatio;
      ctx.setLineDash([5 * devicePixelRatio, 4 * devicePixelRatio]);
      ctx.stroke(trace(u, curve, partner(name)));
      ctx.setLineDash([]);
    };
    const winner = hps.model.winner;
    highlight(winner && hps.active[winner.index] ? winner : null, hps.colour('best'));
    if (hps.focused !== hps.model.winner) highlight(hps.focused, hps.colour('focus'));
    ctx.restore();
  };

  // The curve nearest to the pointer at its epoch, within 14 pixels.
  const nearest = (u, curves, name) => {
    const {left, top} = u.cursor;
    if (left === null || left < 0) return null;
    const epoch = Math.round(u.posToVal(left, 'x'));
    let best = {distance: 14};
    for (const curve of curves) {
      if (!hps.active[curve.t]) continue;
      const epochs = epochsOf(curve);
      let i = curve.e ? epochs.findIndex((e) => e >= epoch) : epoch - 1;
      if (i < 0 || i >= epochs.length) continue;
      const value = valuesOf(curve, name)[i];
      if (value === null || value === undefined) continue;
      const distance = Math.abs(u.valToPos(value, 'y') - top);
      if (distance < best.distance) best = {distance, curve, epoch: epochs[i], i};
    }
    return best.curve ? best : null;
  };

  const facts = (hit) => hps.model.curves.series.map((name, k) => [name, hps.number(hit.curve.s[k]?.[hit.i])]);

  const options = (box, curves, name, last, range) => ({
    width: box.clientWidth,
    height: 330,
    legend: {show: false},
    cursor: {y: false, points: {show: false}, drag: {x: true, y: false}},
    scales: {
      x: {time: false, range: (u, low, high) => (low === null ? [1, last] : [low, high])},
      y: {distr: logarithmic ? 3 : 1, range},
    },
    axes: [
      {stroke: hps.colour('muted'), grid: {stroke: hps.colour('grid'), width: 1}, ticks: {show: false}, label: 'epoch', labelSize: 18, size: 30, font: `11px ${hps.colour('font')}`, labelFont: `12px ${hps.colour('font')}`},
      {stroke: hps.colour('muted'), grid: {stroke: hps.colour('grid'), width: 1}, ticks: {show: false}, size: 56, values: (u, ticks) => ticks.map((v) => (v === null ? '' : hps.number(v, 3))), font: `11px ${hps.colour('font')}`},
    ],
    series: [{}, {show: false}],
    hooks: {
      draw: [(u) => drawLines(u, curves, name)],
      setCursor: [(u) => {
        const hit = nearest(u, curves, name);
        u.hit = hit;
        if (!hit || !u.pointer) {
          hps.hideTip();
          return;
        }
        const trial = hps.model.trials[hit.curve.t];
        hps.showTip(u.pointer, `trial ${trial.number}, epoch ${hit.epoch}${hps.model.folds ? `, mean of ${hps.model.folds} folds` : ''}`, facts(hit));
      }],
      ready: [(u) => {
        u.over.addEventListener('mousemove', (event) => { u.pointer = event; }, true);
        u.over.addEventListener('mouseleave', hps.hideTip);
        u.over.addEventListener('click', () => { if (u.hit) hps.focus(hps.model.trials[u.hit.curve.t]); });
      }],
    },
  });

  hps.panel({
    id: 'curves',
    title: 'Learning curves',
    hint: 'Solid: the series chosen above; dashed: its training or validation counterpart, for the best and the selected trial. Drag to zoom into epochs, double-click to reset.',
    width: 6,
    redraw: ['filter', 'focus'],
    applies: () => hps.model.curves.curves.length > 0,
    draw(body) {
      const {curves, series: names, total} = hps.model.curves;
      if (!body.firstChild) {
        body.append(el('div', {class: 'tools'}), el('div', {class: 'chart curves', role: 'img'}), el('p', {class: 'note'}));
        new ResizeObserver(() => plot?.setSize({width: body.children[1].clientWidth, height: 330})).observe(body.children[1]);
      }
      const [tools, box, note] = body.children;
      if (!names.includes(series)) {
        series = names.includes(hps.model.sweep.metric) ? hps.model.sweep.metric : names.includes('val_accuracy') ? 'val_accuracy' : 'val_loss';
      }
      if (logarithmic === null) logarithmic = series.endsWith('loss');
      hps.fill(tools,
        el('select', {'aria-label': 'Series', onchange: (event) => {
          series = event.target.value;
          logarithmic = null;
          this.draw(body);
        }}, names.map((name) => el('option', {value: name, selected: name === series}, name))),
        el('label', {}, el('input', {type: 'checkbox', checked: logarithmic, onchange: (event) => {
          logarithmic = event.target.checked;
          this.draw(body);
        }}), 'log scale'),
      );
      const last = Math.max(2, ...curves.map((curve) => (curve.e ? curve.e[curve.e.length - 1] : curve.s[0].length) || 1));
      const range = yRange(curves, series);
      box.setAttribute('aria-label', `${series} of ${curves.length} trials over ${last} epochs`);
      plot?.destroy();
      plot = new uPlot(options(box, curves, series, last, range), [[1, last], [range[0], range[1]]], box);
      const notes = [
        hps.model.folds && `Each curve is the mean over the ${hps.model.folds} folds of its trial.`,
        curves.length < total && `${curves.length} of ${total} trials: the running ones, the best 100 and an even sample of the others.`,
      ].filter(Boolean);
      note.textContent = notes.join(' ');
      note.hidden = notes.length === 0;
    },
  });
}
