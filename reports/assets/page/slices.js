// The metric against each parameter on the parameter's own scale, with the edges of its range.
{
  const {el} = hps;
  const kEdge = 0.05;  // the threshold of the report's border warning

  const edges = (parameter) => {
    const [low, high] = parameter.written ?? [null, null];
    if (low === null || high === null || !(high > low)) return [];
    const at = (place) => (parameter.log ? low * (high / low) ** place : low + (high - low) * place);
    return [[{xAxis: low}, {xAxis: at(kEdge)}], [{xAxis: at(1 - kEdge)}, {xAxis: high}]];
  };

  // Spreads equal choices sideways, by trial number, so that points do not hide each other.
  const jitter = (trial) => (((trial.number * 0.6180339887) % 1) - 0.5) * 0.5;

  const drawSlice = (box, parameter) => {
    const model = hps.model;
    const i = parameter.index;
    const trials = model.trials;
    const chart = hps.chart(box, `${model.sweep.metric} against ${parameter.name}`);
    const [low, high] = hps.robustRange(trials.map((t) => t.value), model.maximize);
    const clip = (value) => Math.min(high, Math.max(low, value));
    const x = parameter.numeric ? (t) => t.params[i] : (t) => (t.params[i] === null ? NaN : t.params[i] + jitter(t));
    const lost = trials.filter((t) => ['diverged', 'failed'].includes(t.state) && hps.active[t.index] && t.params[i] !== null);
    const axis = parameter.numeric
      ? hps.parameterAxis(parameter, {nameGap: 26, splitNumber: 3})
      : hps.axis({name: parameter.name, nameGap: 26, type: 'value', scale: false, min: -0.5, max: parameter.choices.length - 0.5, interval: 1, axisLabel: {color: hps.colour('muted'), fontSize: 11, formatter: (k) => hps.cut(parameter.choices[Math.round(k + 0.5)] ?? '', 10), showMaxLabel: false}, splitLine: {show: false}});
    chart.setOption({
      animation: false,
      textStyle: hps.textStyle(),
      grid: {left: 50, right: 14, top: 12, bottom: 42},
      xAxis: axis,
      yAxis: hps.axis({min: low, max: high, splitNumber: 4, axisLabel: {color: hps.colour('muted'), fontSize: 11, showMinLabel: false, showMaxLabel: false, formatter: (v) => hps.number(v, 3)}}),
      series: [
        ...hps.trialSeries(trials, (t) => [x(t), clip(t.value)], 6),
        {
          type: 'scatter', symbol: 'path://M-3,-3L3,3M-3,3L3,-3', symbolSize: 6, z: 2,
          itemStyle: {color: 'transparent', borderColor: hps.colour('bad'), borderWidth: 1.3},
          data: lost.map((t) => ({value: [x(t), model.maximize ? low : high], trial: t.index})),
          markArea: {silent: true, itemStyle: {color: hps.colour('warn'), opacity: 0.1}, data: edges(parameter)},
        },
      ],
    }, {replaceMerge: ['series', 'xAxis']});
    hps.pointsAnswer(chart);
  };

  hps.panel({
    id: 'slices',
    title: 'One parameter at a time',
    hint: 'Each on its own scale. Shaded: within 5 % of an edge of the written range; if the best value lies there, widen the range. Crosses: diverged or failed trials. With stages, colours compare trials of the same stage.',
    width: 12,
    redraw: ['filter', 'focus'],
    applies: () => hps.model.parameters.length > 0 && hps.model.trials.length > 0,
    draw(body) {
      const wanted = hps.model.parameters.length;
      if (body.children.length !== 1 || body.firstChild.children.length !== wanted) {
        hps.fill(body, el('div', {class: 'multiples'}, hps.model.parameters.map(() => el('div', {class: 'chart small'}))));
      }
      hps.model.parameters.forEach((parameter, i) => drawSlice(body.firstChild.children[i], parameter));
    },
  });
}
