// Two parameters at once: a smoothed surface, computed by the program, below the trials.
{
  const {el} = hps;
  let chosen = null;  // index into model.surfaces; initially the most important pair

  const axisOf = (parameter, size, name) => ({
    // The surface has `size` equal cells on the parameter's own scale, so positions run from 0 to `size`.
    ...hps.axis({name: parameter.name, min: 0, max: size, splitLine: {show: false}, interval: size / 4, nameGap: name === 'x' ? 28 : 46}),
    axisLabel: {color: hps.colour('muted'), fontSize: 11, formatter: (at) => hps.number(parameter.at(at / size), 2)},
  });

  // Draws the cells as rectangles: ECharts' heat map would require category axes.
  const cells = (surface, colourOf) => ({
    type: 'custom', silent: true, z: 0, data: surface.values.map((value, k) => [k % surface.size, Math.floor(k / surface.size), value]),
    renderItem: (params, api) => {
      const value = api.value(2);
      if (!Number.isFinite(value)) return null;
      const [x0, y0] = api.coord([api.value(0), api.value(1)]);
      const [x1, y1] = api.coord([api.value(0) + 1, api.value(1) + 1]);
      return {type: 'rect', shape: {x: Math.floor(x0), y: Math.floor(y1), width: Math.ceil(x1) - Math.floor(x0) + 1, height: Math.ceil(y0) - Math.floor(y1) + 1}, style: {fill: colourOf(value)}};
    },
  });

  hps.panel({
    id: 'map',
    title: 'Two parameters',
    hint: 'The surface is a kernel average of the trials’ values, with the bandwidth that predicts left-out trials best. It is blank where no trial is near.',
    width: 6,
    redraw: ['filter', 'focus'],
    applies: () => hps.model.surfaces.length > 0,
    draw(body) {
      const model = hps.model;
      const share = (index) => model.importance?.parameters.find((p) => p.name === model.parameters[index].name)?.share ?? 0;
      const weights = model.surfaces.map((surface) => share(surface.x) + share(surface.y));
      if (chosen === null || chosen >= model.surfaces.length) chosen = weights.indexOf(Math.max(...weights));
      if (!body.firstChild) {
        body.append(el('div', {class: 'tools'}), el('div', {class: 'chart tall'}), el('div', {class: 'legend'}));
      }
      const [tools, box, legend] = body.children;
      const name = (surface) => `${model.parameters[surface.x].name} × ${model.parameters[surface.y].name}`;
      hps.fill(tools, el('select', {'aria-label': 'Pair of parameters', onchange: (event) => {
        chosen = event.target.selectedIndex;
        this.draw(body);
      }}, model.surfaces.map((surface, i) => el('option', {selected: i === chosen}, name(surface)))));
      const surface = model.surfaces[chosen];
      const [px, py] = [model.parameters[surface.x], model.parameters[surface.y]];
      const values = surface.values.filter((v) => v !== null);
      const [low, high] = [Math.min(...values), Math.max(...values)];
      const ramp = hps.ramp();
      const colourOf = (value) => hps.rampColour(high > low ? (model.maximize ? value - low : high - value) / (high - low) : 0.5, ramp);
      const at = (t) => [px.place(t.params[px.index]) * surface.size, py.place(t.params[py.index]) * surface.size];
      const trials = model.ranked.filter((t) => t.params[px.index] !== null && t.params[py.index] !== null);
      const chart = hps.chart(box, `${model.sweep.metric} over ${px.name} and ${py.name}`);
      chart.setOption({
        animation: false,
        textStyle: hps.textStyle(),
        grid: {left: 66, right: 16, top: 10, bottom: 44},
        xAxis: axisOf(px, surface.size, 'x'),
        yAxis: axisOf(py, surface.size, 'y'),
        series: [cells(surface, colourOf), ...hps.trialSeries(trials, at, 8, 1.4)],
      }, {replaceMerge: ['series']});
      hps.pointsAnswer(chart);
      const [worst, best] = model.maximize ? [low, high] : [high, low];
      hps.fill(legend, el('span', {}, hps.number(worst)), el('i', {class: 'gradient'}), el('span', {}, hps.number(best)), el('span', {class: 'muted'}, model.sweep.metric));
    },
  });
}
