// Parallel coordinates. Dragging along an axis filters the trials in every other panel.
{
  const {el} = hps;

  const metricAxis = (dim) => {
    const model = hps.model;
    const [low, high] = hps.robustRange(model.trials.map((t) => t.value), model.maximize);
    return {dim, name: model.sweep.metric, type: 'value', min: low, max: high};
  };
  const parameterAxis = (parameter, dim) => {
    if (!parameter.numeric) return {dim, name: parameter.name, type: 'category', data: parameter.choices};
    const axis = {dim, name: parameter.name, type: parameter.log ? 'log' : 'value', min: parameter.low, max: parameter.high};
    return parameter.high > parameter.low ? axis : {...axis, type: 'value', min: parameter.low - 1, max: parameter.high + 1};
  };

  hps.panel({
    id: 'parallel',
    title: 'Parallel coordinates',
    hint: 'Each line is a trial. Drag along an axis to keep only the trials that pass there; drag the selection away or click beside it to undo. Every panel that shows trials follows. Importance, expectations and the smoothed surface are of all trials.',
    width: 12,
    redraw: ['focus', 'filter'],
    applies: () => hps.model.parameters.length > 0 && hps.model.trials.some((t) => !Number.isNaN(t.value)),
    ignores: (kind) => kind === 'filter' && hps.lastFilter === 'parallel',  // the brush itself is being dragged
    draw(body) {
      if (!body.firstChild) body.append(el('div', {class: 'chart parallel'}));
      const model = hps.model;
      const box = body.firstChild;
      const chart = hps.chart(box, `Parallel coordinates of ${model.parameters.length} parameters and ${model.sweep.metric}`);
      const ramp = hps.ramp();
      const shown = model.trials.filter((t) => !Number.isNaN(t.value));
      shown.sort((a, b) => a.quality - b.quality);  // draw the best last, on top
      body.shown = shown;
      const [low, high] = hps.robustRange(model.trials.map((t) => t.value), model.maximize);
      const clip = (value) => Math.min(high, Math.max(low, value));
      const many = shown.length > 400;
      const data = shown.map((trial) => ({
        value: [...trial.params.map((x, i) => (x === null ? '-' : model.parameters[i].numeric ? x : model.parameters[i].choices[x])), clip(trial.value)],
        trial: trial.index,
        lineStyle: {
          color: trial === hps.focused ? hps.colour('focus') : trial === model.winner ? hps.colour('best') : hps.rampColour(trial.quality, ramp),
          width: trial === hps.focused || trial === model.winner ? 3 : 1.2,
          opacity: !hps.othersKeep('parallel', trial) ? 0.02 : trial === model.winner || trial === hps.focused ? 1 : many ? 0.25 : 0.55,
        },
      }));
      const axes = [...model.parameters.map((p, i) => parameterAxis(p, i)), metricAxis(model.parameters.length)];
      const narrow = box.clientWidth < 620;
      chart.setOption({
        animation: false,
        textStyle: hps.textStyle(),
        parallel: {
          left: 46, right: 70, top: 46, bottom: 22,
          axisExpandable: axes.length > 14, axisExpandWidth: 90, axisExpandCount: 10,
          parallelAxisDefault: {
            nameTextStyle: {color: hps.colour('ink'), fontSize: 12, fontWeight: 600},
            nameGap: 18,
            nameTruncate: {maxWidth: narrow ? 64 : 120},
            axisLine: {lineStyle: {color: hps.colour('muted')}},
            axisTick: {lineStyle: {color: hps.colour('line')}},
            axisLabel: {color: hps.colour('muted'), fontSize: 11, formatter: (x) => (typeof x === 'string' ? hps.cut(x, 12) : hps.number(x, 3))},
            splitLine: {show: false},
            areaSelectStyle: {width: 22, borderWidth: 1, borderColor: hps.colour('focus'), color: hps.colour('focus'), opacity: 0.22},
          },
        },
        parallelAxis: axes,
        series: [{type: 'parallel', data, inactiveOpacity: 0.02, activeOpacity: many ? 0.4 : 0.8, smooth: false, progressive: 500, emphasis: {disabled: true}}],
      });
      if (!chart.brushes) {
        chart.brushes = true;
        chart.on('axisareaselected', () => {
          const kept = chart.getModel().getSeries()[0].getRawIndicesByActiveState('active');
          const none = kept.length === 0 && !hasIntervals(chart);
          if (none || kept.length === body.shown.length) {
            hps.filter('parallel', null);
            return;
          }
          const numbers = new Set(kept.map((i) => body.shown[i].number));
          hps.filter('parallel', (trial) => numbers.has(trial.number));
        });
        hps.pointsAnswer(chart);
        hps.clearBrush = () => {
          chart.getModel().getComponent('parallel').ecModel.eachComponent('parallelAxis', (axis) => axis.setActiveIntervals([]));
          hps.filter('parallel', null);
        };
      }
    },
  });

  const hasIntervals = (chart) => {
    let some = false;
    chart.getModel().eachComponent('parallelAxis', (axis) => {
      some = some || axis.activeIntervals.length > 0;
    });
    return some;
  };
}
