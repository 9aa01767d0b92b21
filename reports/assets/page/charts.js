// ECharts with a common look, and the tooltip that all panels share.
{
  const {el} = hps;

  // The chart of an element, created on the first call and resized with the element from then on.
  hps.chart = (box, label) => {
    if (!box.chart) {
      box.setAttribute('role', 'img');
      box.chart = echarts.init(box, null, {renderer: 'canvas'});
      new ResizeObserver(() => box.chart.resize()).observe(box);
    }
    box.setAttribute('aria-label', label);
    return box.chart;
  };

  hps.textStyle = () => ({color: hps.colour('muted'), fontFamily: hps.colour('font'), fontSize: 12});

  hps.axis = (properties = {}) => ({
    nameTextStyle: {color: hps.colour('muted'), fontSize: 12},
    nameLocation: 'middle',
    nameGap: 28,
    axisLabel: {color: hps.colour('muted'), fontSize: 11, hideOverlap: true, formatter: (x) => hps.number(x, 3)},
    axisLine: {lineStyle: {color: hps.colour('line')}},
    axisTick: {show: false},
    splitLine: {lineStyle: {color: hps.colour('grid')}},
    scale: true,
    ...properties,
  });

  // The axis of a parameter, on the parameter's own scale.
  hps.parameterAxis = (parameter, properties = {}) => {
    const base = hps.axis({name: parameter.name, ...properties});
    if (!parameter.numeric) {
      return {
        ...base,
        type: 'category',
        data: parameter.choices,
        axisLabel: {...base.axisLabel, formatter: (text) => hps.cut(String(text), 12)},
      };
    }
    return {...base, type: parameter.log ? 'log' : 'value', min: parameter.low, max: parameter.high};
  };

  hps.cut = (text, most) => (text.length > most ? `${text.slice(0, most - 1)}…` : text);

  // --- The tooltip ------------------------------------------------------------------------------
  const tip = el('div', {class: 'tip', role: 'tooltip', hidden: true});
  const place = (x, y) => {
    const {offsetWidth: width, offsetHeight: height} = tip;
    tip.style.left = `${x + 16 + width > innerWidth ? Math.max(4, x - width - 12) : x + 16}px`;
    tip.style.top = `${Math.max(4, Math.min(y + 12, innerHeight - height - 4))}px`;
  };
  hps.showTip = (event, title, rows) => {
    if (!tip.parentNode) document.body.append(tip);
    hps.fill(tip,
      el('b', {}, title),
      ...rows.map(([name, text]) => el('div', {}, el('span', {}, hps.cut(name, 28)), el('span', {}, hps.cut(text, 60)))),
    );
    tip.hidden = false;
    place(event.clientX, event.clientY);
  };
  hps.hideTip = () => {
    tip.hidden = true;
  };
  hps.trialTitle = (trial) => `trial ${trial.number}${trial.state === 'complete' ? '' : ` · ${trial.state}`}`;
  hps.showTrialTip = (event, trial) => hps.showTip(event, hps.trialTitle(trial), hps.trialFacts(trial).slice(0, 16));

  // Makes points with a data item of {trial: index} respond to hovering and clicking.
  hps.pointsAnswer = (chart) => {
    if (chart.answers) return;
    chart.answers = true;
    const trialOf = (params) => hps.model.trials[params.data?.trial];
    chart.on('mousemove', (params) => {
      const trial = trialOf(params);
      if (trial) hps.showTrialTip(params.event.event, trial);
    });
    chart.on('mouseout', hps.hideTip);
    chart.on('globalout', hps.hideTip);
    chart.on('click', (params) => {
      const trial = trialOf(params);
      if (trial) hps.focus(trial);
    });
  };

  // The scatter series that most panels share: trials that are filtered out, the others coloured by
  // quality, then the winner and the selected trial on top. `at(trial)` returns [x, y].
  hps.trialSeries = (trials, at, size = 7, border = 0.5) => {
    const ramp = hps.ramp();
    const item = (trial) => ({value: at(trial), trial: trial.index});
    const inside = (trial) => at(trial).every((x) => typeof x === 'string' || Number.isFinite(x));
    const shown = trials.filter((trial) => !Number.isNaN(trial.score) && inside(trial));
    const left = shown.filter((trial) => hps.active[trial.index]);
    left.sort((a, b) => a.quality - b.quality);
    const series = [
      {
        type: 'scatter', silent: true, symbolSize: Math.max(3, size - 3), large: true, z: 1,
        itemStyle: {color: hps.colour('line'), opacity: 0.6},
        data: shown.filter((trial) => !hps.active[trial.index]).map(at),
      },
      {
        type: 'scatter', symbolSize: size, z: 2,
        data: left.map((trial) => ({
          ...item(trial),
          itemStyle: {color: hps.rampColour(trial.quality, ramp), borderColor: hps.colour('card'), borderWidth: border},
          symbol: trial.state === 'pruned' ? 'triangle' : 'circle',
        })),
      },
    ];
    const ring = (trial, colour, symbolSize) => ({
      type: 'scatter', symbolSize, z: 4, data: [item(trial)],
      itemStyle: {color: 'transparent', borderColor: colour, borderWidth: 2},
    });
    const winner = hps.model.winner;
    if (winner && hps.active[winner.index] && trials.includes(winner) && inside(winner)) {
      series.push({
        type: 'scatter', symbolSize: size + 5, z: 3, data: [item(winner)],
        itemStyle: {color: hps.colour('best'), borderColor: hps.colour('card'), borderWidth: 1.5},
      });
    }
    const focused = hps.focused;
    if (focused && trials.includes(focused) && inside(focused)) series.push(ring(focused, hps.colour('focus'), size + 9));
    return series;
  };
}
