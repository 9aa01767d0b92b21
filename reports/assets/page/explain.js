// What puts the best trial's figures into proportion: simpler answers, the columns it depends on,
// and what its single predictions are worth.
{
  const {el} = hps;
  const explanation = () => hps.model.pictures?.predictions?.explanation;
  const muted = (type) => ({color: hps.colour('muted'), width: 1, type});
  // A measured number, or a dash where the task does not define it.
  const cell = (metrics, name) => el('td', {class: 'number'}, hps.number(metrics[name] ?? NaN) || '–');

  // One table a part: metrics in rows, answers in columns.
  const baselineTable = (baselines, e) => {
    const linear = Object.keys(baselines.linear).length > 0;
    const metric = hps.model.sweep.metric.replace(/^(val|train)_/, '');
    return el('table', {class: 'params baselines'},
      el('thead', {}, el('tr', {},
        el('th', {scope: 'col'}, `on ${baselines.part} rows`),
        el('th', {scope: 'col', class: 'number'}, hps.model.best?.ensemble ? 'ensemble' : 'best trial'),
        linear && el('th', {scope: 'col', class: 'number'}, 'linear model'),
        el('th', {scope: 'col', class: 'number', title: e.trivial_answer}, 'trivial answer'))),
      el('tbody', {}, Object.keys(baselines.network).map((name) => el('tr', {class: name === metric ? 'chosen' : null},
        el('th', {scope: 'row'}, name.replace('_', ' ')),
        cell(baselines.network, name), linear && cell(baselines.linear, name), cell(baselines.trivial, name)))));
  };

  hps.panel({
    id: 'baselines',
    title: 'Beside simpler answers',
    hint: 'A network is worth its training where it beats a linear model of the same rows; both must beat an answer that never looks at them.',
    width: 5,
    applies: () => (explanation()?.baselines ?? []).length > 0,
    draw(body) {
      const e = explanation();
      const some = e.linear_rows < e.training_rows ? `${e.linear_rows} of ${e.training_rows}` : `all ${e.training_rows}`;
      hps.fill(body,
        e.baselines.map((part) => baselineTable(part, e)),
        el('p', {class: 'note'}, `Trivial answer: ${e.trivial_answer}. ${e.linear_rows > 0 ? `The linear model was fitted to ${some} training rows.` : 'The data are too wide for a linear model.'}`),
      );
    },
  });

  // A bar from 0 to the mean with a line as long as the spread to both sides, on one scale.
  const columnRow = (column, low, high) => {
    const place = (x) => (100 * (Math.min(high, Math.max(low, x)) - low)) / (high - low || 1);
    const bar = el('i');
    const spread = el('b');
    const [left, right] = [Math.min(0, column.mean), Math.max(0, column.mean)];
    bar.style.left = `${place(left)}%`;
    bar.style.width = `${place(right) - place(left)}%`;
    spread.style.left = `${place(column.mean - column.deviation)}%`;
    spread.style.width = `${place(column.mean + column.deviation) - place(column.mean - column.deviation)}%`;
    return el('div', {class: 'row'},
      el('span', {class: 'name', title: column.column}, column.column),
      el('span', {class: 'track', title: `${hps.number(column.mean)} ± ${hps.number(column.deviation, 2)}`}, bar, spread),
      el('span', {class: 'number'}, hps.number(column.mean, 3)));
  };

  const mostColumns = 25;
  hps.panel({
    id: 'depends',
    title: 'Which columns it depends on',
    hint: 'How much worse the metric becomes when the cells of one column are shuffled among the rows; the line shows the spread of repeated shuffles. Columns that say the same share their importance.',
    width: 7,
    applies: () => (explanation()?.columns.columns ?? []).length > 0,
    draw(body) {
      const {columns, baselines} = explanation();
      const part = baselines.length > 0 && baselines.every((one) => one.part === 'test') ? 'test' : 'validation';
      const shown = columns.columns.slice(0, mostColumns);
      const low = Math.min(0, ...shown.map((c) => c.mean - c.deviation));
      const high = Math.max(0, ...shown.map((c) => c.mean + c.deviation));
      const change = ['loss', 'rmse', 'mae'].includes(columns.metric) ? 'Rise' : 'Fall';
      const left = columns.columns.length - shown.length;
      hps.fill(body,
        el('div', {class: 'importance shuffled'}, shown.map((column) => columnRow(column, low, high))),
        el('p', {class: 'note'}, `${change} of ${columns.metric.replace('_', ' ')}, ${columns.permutations} shuffles of each column over ${columns.rows === columns.of_rows ? columns.rows : `${columns.rows} of ${columns.of_rows}`} ${part} rows.${left > 0 ? ` ${hps.plural(left, 'less important column')} not shown.` : ''}`),
      );
    },
  });

  // A square chart whose diagonal is where it should be.
  const diagonalChart = (box, label, {x, y, low, high, series}) => hps.chart(box, label).setOption({
    animation: false,
    textStyle: hps.textStyle(),
    grid: {left: 70, right: 18, top: 14, bottom: 46},
    xAxis: hps.axis({name: x, min: low, max: high, axisLabel: {color: hps.colour('muted'), showMinLabel: false, showMaxLabel: false, formatter: (v) => hps.number(v, 3)}}),
    yAxis: hps.axis({name: y, nameGap: 52, min: low, max: high, axisLabel: {color: hps.colour('muted'), showMinLabel: false, showMaxLabel: false, formatter: (v) => hps.number(v, 3)}}),
    series: [{type: 'line', silent: true, symbol: 'none', z: 0, data: [[low, low], [high, high]], lineStyle: muted('dashed')}, ...series],
  }, {replaceMerge: ['series']});

  const pairsChart = (of) => {
    const box = el('div', {class: 'chart'});
    const pairs = of.pairs.filter((pair) => pair.every(Number.isFinite));
    const all = pairs.flat();
    const [least, most] = [Math.min(...all), Math.max(...all)];
    const air = (most - least || Math.abs(most) || 1) * 0.04;
    const draw = () => diagonalChart(box, `Predicted against true ${of.target} of ${pairs.length} rows`, {
      x: `true ${of.target}`, y: 'predicted', low: least - air, high: most + air,
      series: [{type: 'scatter', symbolSize: 6, silent: true, data: pairs, itemStyle: {color: hps.colour('ramp-3'), opacity: 0.5}}],
    });
    const text = `Correlation ${hps.number(of.correlation)}, bias ${hps.number(of.bias)}; half of the predictions lie within ${hps.number(of.half_within)} of the truth, 90 % within ${hps.number(of.most_within)}. ${pairs.length < of.rows ? `${pairs.length} of ${of.rows} rows are drawn.` : ''}`;
    return {whole: el('div', {}, box, el('p', {class: 'note'}, text)), draw};
  };

  hps.panel({
    id: 'predicted',
    title: 'Predicted against true',
    hint: 'Points on the line are right. A cloud that is flatter than the line says too little about the extremes.',
    width: 6,
    applies: () => (explanation()?.pairs ?? []).length > 0,
    draw(body) {
      const charts = explanation().pairs.map(pairsChart);
      hps.fill(body, el('div', {class: 'multiples'}, charts.map((chart) => chart.whole)));
      charts.forEach((chart) => chart.draw());
    },
  });

  hps.panel({
    id: 'calibration',
    title: 'Can its confidence be believed?',
    hint: 'Rows whose predicted class has about the same probability, and how often it is right. Below the line the network is too sure of itself; larger dots stand for more rows.',
    width: 6,
    applies: () => (explanation()?.reliability.bins ?? []).length > 0,
    draw(body) {
      const {reliability} = explanation();
      const {part} = hps.model.pictures.predictions;
      if (!body.firstChild) body.append(el('div', {class: 'chart'}), el('p', {class: 'note'}));
      const most = Math.max(...reliability.bins.map((bin) => bin.rows));
      const points = reliability.bins.map((bin) => ({value: [bin.confidence, bin.accuracy], symbolSize: 5 + 13 * Math.sqrt(bin.rows / most)}));
      diagonalChart(body.firstChild, `Accuracy against confidence in ${reliability.bins.length} groups of rows`, {
        x: 'confidence', y: 'accuracy', low: 0, high: 1,
        series: [
          {type: 'line', silent: true, symbol: 'none', data: points.map((p) => p.value), lineStyle: {color: hps.colour('ramp-3'), width: 1.5}},
          {type: 'scatter', silent: true, data: points, itemStyle: {color: hps.colour('ramp-3'), borderColor: hps.colour('card'), borderWidth: 1}},
        ],
      });
      body.lastChild.textContent = `Expected calibration error ${hps.number(reliability.error, 3)}: the mean distance from the line over the ${part} rows. Confidence is ${hps.number(reliability.confidence, 3)} on average, accuracy ${hps.number(reliability.accuracy, 3)}.`;
    },
  });
}
