// Training against validation: does the network memorise or generalise?
{
  const {el} = hps;

  hps.panel({
    id: 'gap',
    title: 'Training and validation',
    hint: 'At each trial’s best epoch; of folds the mean over their best epochs. On the line both are equal; the further a trial lies on the training side, the more it has memorised. (With dropout, training is measured on the thinned network.)',
    width: 5,
    redraw: ['filter', 'focus'],
    applies: () => hps.model.ranked.length > 1 && hps.model.ranked.some((t) => Number.isFinite(t.valLoss)),
    draw(body) {
      const model = hps.model;
      if (!body.firstChild) body.append(el('div', {class: 'chart tall'}));
      const accuracy = !model.sweep.metric.endsWith('loss') && model.ranked.some((t) => Number.isFinite(t.valAccuracy));
      const [x, y] = accuracy ? ['trainAccuracy', 'valAccuracy'] : ['trainLoss', 'valLoss'];
      const trials = model.trials.filter((t) => t.stage === model.lastStage && Number.isFinite(t[x]) && Number.isFinite(t[y]));
      const range = (key) => hps.robustRange(trials.map((t) => t[key]), accuracy);
      const [[xLow, xHigh], [yLow, yHigh]] = [range(x), range(y)];
      const clip = (v, low, high) => Math.min(high, Math.max(low, v));
      const alike = [Math.max(xLow, yLow), Math.min(xHigh, yHigh)];  // the visible part of the diagonal
      const chart = hps.chart(body.firstChild, `Training against validation of ${trials.length} trials`);
      const name = accuracy ? 'accuracy' : 'loss';
      const axis = {splitNumber: 4, axisLabel: {color: hps.colour('muted'), showMinLabel: false, showMaxLabel: false, formatter: (v) => hps.number(v, 3)}};
      chart.setOption({
        animation: false,
        textStyle: hps.textStyle(),
        grid: {left: 62, right: 18, top: 14, bottom: 46},
        xAxis: hps.axis({name: `training ${name}`, min: xLow, max: xHigh, ...axis}),
        yAxis: hps.axis({name: `validation ${name}`, nameGap: 46, min: yLow, max: yHigh, ...axis}),
        series: [
          ...hps.trialSeries(trials, (t) => [clip(t[x], xLow, xHigh), clip(t[y], yLow, yHigh)], 8),
          {type: 'line', silent: true, symbol: 'none', z: 0, data: alike[1] > alike[0] ? alike.map((v) => [v, v]) : [], lineStyle: {color: hps.colour('muted'), width: 1, type: 'dashed'}},
        ],
      }, {replaceMerge: ['series']});
      hps.pointsAnswer(chart);
    },
  });
}
