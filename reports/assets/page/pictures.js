// What the best trial has learned and where it fails: first-layer weights, confusions, worst rows.
{
  const {el} = hps;
  const percent = (p) => (p === null || p === undefined ? '' : `${hps.number(100 * p, 3)} %`);

  hps.panel({
    id: 'weights',
    title: 'What the first layer looks for',
    hint: 'Each tile shows the weights of one hidden unit as an image. Smooth strokes have converged; noise has not, or needs more regularisation.',
    width: 6,
    applies: () => Boolean(hps.model.pictures?.weights),
    draw(body) {
      const {weights} = hps.model.pictures;
      hps.fill(body,
        el('img', {class: 'tiles', src: `data:image/png;base64,${weights.png}`, alt: `First-layer weights of ${weights.units} units as tiles`}),
        el('p', {class: 'note'}, weights.text),
      );
    },
  });

  const matrixTable = (predictions) => {
    const {classes, matrix} = predictions;
    const most = Math.max(...matrix.map((row, i) => Math.max(...row.filter((_, j) => i !== j))), 1);
    const cell = (count, i, j) => {
      const total = matrix[i].reduce((a, b) => a + b, 0);
      const td = el('td', {class: i === j ? 'right' : count > 0 ? 'wrong' : 'none', title: `${count} of ${total} rows of ${classes[i]} were predicted as ${classes[j]}`}, count > 0 ? String(count) : '');
      if (i !== j && count > 0) td.style.setProperty('--heat', String(0.12 + (0.78 * count) / most));
      return td;
    };
    return el('div', {class: 'scroll'}, el('table', {class: 'confusion'},
      el('thead', {}, el('tr', {}, el('th', {}, 'true \\ predicted'), classes.map((name) => el('th', {scope: 'col', title: name}, hps.cut(name, 8))))),
      el('tbody', {}, matrix.map((row, i) => el('tr', {}, el('th', {scope: 'row', title: classes[i]}, hps.cut(classes[i], 14)), row.map((count, j) => cell(count, i, j))))),
    ));
  };

  // With too many classes for a matrix: the pairs that are confused most often.
  const pairs = (confusions) => el('table', {class: 'params'}, el('tbody', {}, confusions.map((c) => el('tr', {}, el('th', {scope: 'row'}, `${c.truth} predicted as ${c.predicted}`), el('td', {class: 'number'}, String(c.rows))))));

  hps.panel({
    id: 'confusion',
    title: 'Which classes it confuses',
    width: 6,
    applies: () => (hps.model.pictures?.predictions?.classes ?? []).length > 0 || (hps.model.pictures?.predictions?.confusions ?? []).length > 0,
    draw(body) {
      const {predictions} = hps.model.pictures;
      hps.fill(body, predictions.matrix.length > 0 ? matrixTable(predictions) : pairs(predictions.confusions), el('p', {class: 'note'}, predictions.text));
    },
  });

  const numbers = (values) => values.map((v) => hps.number(v)).join(', ');

  const worstRow = (row, regression) => el('figure', {class: 'worst'},
    row.png && el('img', {src: `data:image/png;base64,${row.png}`, alt: ''}),
    el('figcaption', {},
      el('b', {}, regression ? numbers(row.predicted_value) : row.predicted),
      !regression && row.predicted === row.truth ? ', but barely' : ` instead of ${regression ? numbers(row.true_value) : row.truth}`,
      el('div', {class: 'muted small'}, regression ? `row ${row.row}` : `${percent(row.p_predicted)} against ${percent(row.p_true)} · row ${row.row}`)));

  hps.panel({
    id: 'worst',
    title: 'Where it is most wrong',
    hint: 'The rows with the largest loss: look for wrong labels and for gaps in the data.',
    width: 12,
    applies: () => (hps.model.pictures?.predictions?.worst ?? []).length > 0,
    draw(body) {
      const {predictions} = hps.model.pictures;
      const regression = predictions.task === 'regression';
      hps.fill(body, el('div', {class: 'worst-rows'}, predictions.worst.map((row) => worstRow(row, regression))));
    },
  });
}
