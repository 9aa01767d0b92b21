// Values in trial order, with the best so far.
{
  const {el} = hps;

  const bestSoFar = (trials, maximize) => {
    const line = [];
    let best = NaN;
    let stage = -1;
    let least = Infinity;  // the violation of constraints on results
    for (const trial of trials) {
      if (trial.stage > stage) {  // values of longer trials do not compare with earlier ones
        best = NaN;
        least = Infinity;
        stage = trial.stage;
        line.push([trial.number, null]);
      }
      if (trial.state !== 'complete' || Number.isNaN(trial.value)) continue;
      const lesser = trial.violation < least;
      if (Number.isNaN(best) || lesser || (trial.violation === least && (maximize ? trial.value > best : trial.value < best))) {
        best = trial.value;
        least = trial.violation;
      }
      line.push([trial.number, best]);
    }
    return line;
  };

  hps.panel({
    id: 'history',
    title: 'Best so far',
    hint: 'Each trial’s value in trial order, and the best of its stage so far, among the trials that pass the filters. Darker is better; crosses mark diverged and failed trials. Dotted: the best that random search is expected to have found by then.',
    width: 8,
    redraw: ['filter', 'focus'],
    applies: () => hps.model.trials.length > 0,
    draw(body) {
      if (!body.firstChild) body.append(el('div', {class: 'chart tall'}));
      const model = hps.model;
      const chart = hps.chart(body.firstChild, `Values of ${model.trials.length} trials in trial order`);
      const [low, high] = hps.robustRange(model.trials.map((t) => t.value), model.maximize);
      const clip = (value) => Math.min(high, Math.max(low, value));
      const edge = model.maximize ? low : high;
      const lost = model.trials.filter((t) => ['diverged', 'failed'].includes(t.state) && hps.active[t.index]);
      const expected = model.expected_best ?? [];
      const last = model.trials[model.trials.length - 1].number;
      const stageLines = model.trials.filter((t, i) => i > 0 && t.stage > model.trials[i - 1].stage).map((t) => ({xAxis: t.number - 0.5, label: {formatter: `stage ${t.stage}`}}));
      chart.setOption({
        animation: false,
        textStyle: hps.textStyle(),
        grid: {left: 58, right: 18, top: 16, bottom: 44},
        xAxis: hps.axis({name: 'trial', min: -0.5, max: last + 0.5, splitLine: {show: false}, minInterval: 1, axisLabel: {color: hps.colour('muted'), formatter: (x) => (Number.isInteger(x) ? String(x) : ''), showMinLabel: false, showMaxLabel: false}}),
        yAxis: hps.axis({name: model.sweep.metric, nameGap: 44, min: low, max: high, axisLabel: {color: hps.colour('muted'), showMinLabel: false, showMaxLabel: false, formatter: (x) => hps.number(x, 4)}}),
        series: [
          ...hps.trialSeries(model.trials, (t) => [t.number, clip(t.value)], model.trials.length > 1500 ? 4 : 8),
          {
            type: 'scatter', symbol: 'path://M-3,-3L3,3M-3,3L3,-3', symbolSize: 7, z: 2,
            itemStyle: {color: 'transparent', borderColor: hps.colour('bad'), borderWidth: 1.5},
            data: lost.map((t) => ({value: [t.number, edge], trial: t.index})),
          },
          {
            type: 'line', step: 'end', symbol: 'none', silent: true, z: 1, connectNulls: false,
            lineStyle: {color: hps.colour('best'), width: 2},
            data: bestSoFar(model.trials.filter((t) => hps.active[t.index]), model.maximize),
            markLine: {silent: true, symbol: 'none', data: stageLines, lineStyle: {color: hps.colour('line'), type: 'dashed'}, label: {color: hps.colour('muted'), position: 'start', rotate: 0, distance: [30, -14]}},
          },
          {
            type: 'line', symbol: 'none', silent: true, z: 1, lineStyle: {color: hps.colour('muted'), width: 1.2, type: 'dotted'},
            data: expected.map(([n, value]) => [n - 1, value]),
          },
          ...hps.comparisonSeries(),
        ],
      }, {replaceMerge: ['series']});
      hps.pointsAnswer(chart);
    },
  });

  // The best so far of the sweeps being compared (served pages only).
  hps.compared = new Map();  // name -> {colour, line}
  hps.comparisonSeries = () => [...hps.compared.values()].map(({colour, line}) => ({
    type: 'line', step: 'end', symbol: 'none', silent: true, z: 1, lineStyle: {color: colour, width: 2}, data: line,
  }));
  hps.bestSoFar = bestSoFar;
}
