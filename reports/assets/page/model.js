// Converts the page's data for the panels: trials as objects with ranks, parameters with scales.
{
  const finite = (x) => (x === null || x === undefined ? NaN : x);

  // The place of a value on the parameter's own scale, 0 to 1; for a choice the middle of its share.
  const placeOn = (parameter) => {
    if (!parameter.numeric) return (x) => (x + 0.5) / parameter.choices.length;
    const {low, high, log} = parameter;
    if (!(high > low)) return () => 0.5;
    return log ? (x) => Math.log(x / low) / Math.log(high / low) : (x) => (x - low) / (high - low);
  };
  const valueAt = (parameter) => {
    const {low, high, log} = parameter;
    return log ? (u) => low * (high / low) ** u : (u) => low + (high - low) * u;
  };

  const readParameter = (parameter, index) => ({
    ...parameter,
    index,
    place: placeOn(parameter),
    at: valueAt(parameter),
    text: (x) => {
      if (x === null || x === undefined || Number.isNaN(x)) return '';
      return parameter.numeric ? hps.number(x) : parameter.choices[x] ?? '';
    },
  });

  hps.readModel = (data) => {
    const t = data.trials;
    const maximize = data.sweep.goal === 'maximize';
    const trials = t.number.map((number, i) => ({
      index: i,
      number,
      state: t.states[t.state[i]],
      value: finite(t.value[i]),
      score: maximize ? -finite(t.value[i]) : finite(t.value[i]),
      stage: t.stage[i],
      epochs: t.epochs[i],
      epochsDone: t.epochs_done[i],
      bestEpoch: t.best_epoch[i],
      seconds: finite(t.seconds[i]),
      start: finite(t.start[i]),
      end: finite(t.end[i]),
      worker: t.workers[t.worker[i]] ?? '',
      origin: t.origins[t.origin[i]] ?? '',
      reason: t.reasons[t.reason[i]] ?? '',
      trainLoss: finite(t.train_loss[i]),
      valLoss: finite(t.val_loss[i]),
      trainAccuracy: finite(t.train_accuracy[i]),
      valAccuracy: finite(t.val_accuracy[i]),
      params: t.params.map((column) => column[i]),
      violation: finite(t.violation[i]),  // of constraints on results; 0: none
      rank: null,
      quality: NaN,  // for trials with a value: 0 for the worst of its stage, 1 for the best
    }));
    data.ranked.forEach((index, i) => {
      trials[index].rank = i + 1;
    });
    for (const stage of new Set(t.stage)) {
      const peers = trials.filter((trial) => trial.stage === stage && !Number.isNaN(trial.score));
      peers.sort((a, b) => b.violation - a.violation || b.score - a.score);
      peers.forEach((trial, i) => {
        trial.quality = peers.length > 1 ? i / (peers.length - 1) : 1;
      });
    }
    return {
      advice: [],
      ...data,
      folds: data.sweep.data?.folds ?? 0,  // trainings of each trial; 0 without folds
      maximize,
      trials,
      parameters: data.parameters.map(readParameter),
      ranked: data.ranked.map((index) => trials[index]),
      winner: data.ranked.length > 0 ? trials[data.ranked[0]] : null,
      lastStage: data.ranked.length > 0 ? trials[data.ranked[0]].stage : 0,
    };
  };

  // A padded range of all but the worst tenth of the values, so that a few bad trials do not dominate
  // a chart.
  hps.robustRange = (values, maximize) => {
    const sorted = values.filter(Number.isFinite).sort((a, b) => (maximize ? b - a : a - b));
    if (sorted.length === 0) return [0, 1];
    const best = sorted[0];
    const worst = sorted[Math.floor((sorted.length - 1) * (sorted.length > 20 ? 0.9 : 1))];
    const [low, high] = maximize ? [worst, best] : [best, worst];
    const air = (high - low || Math.abs(high) || 1) * 0.06;
    return [low - air, high + air];
  };

  // [label, text] for every fact about a trial.
  hps.trialFacts = (trial) => {
    const {folds} = hps.model;
    const value = hps.number(trial.value);
    const facts = [[hps.model.sweep.metric, folds && value !== '' ? `${value}, mean of ${folds} folds` : !trial.bestEpoch && trial.state === 'complete' && value !== '' ? `${value}, mean over its seeds` : value]];
    if (trial.violation > 0) facts.push(['constraints', 'violated']);
    if (trial.rank) facts.push(['rank', `${trial.rank} of ${hps.model.ranked.length}`]);
    if (trial.bestEpoch) facts.push(['best epoch', `${trial.bestEpoch} of ${trial.epochsDone}`]);
    else facts.push(['epochs', `${trial.epochsDone} of ${trial.epochs}${folds ? `, in ${folds} folds` : ''}`]);
    if (hps.model.stages.length > 1) facts.push(['stage', String(trial.stage)]);
    if (trial.origin !== 'sampler') facts.push(['origin', trial.origin]);
    if (Number.isFinite(trial.seconds)) facts.push(['time', hps.duration(trial.seconds)]);
    if (trial.reason) facts.push(['reason', trial.reason]);
    hps.model.parameters.forEach((parameter, i) => {
      const text = parameter.text(trial.params[i]);
      if (text !== '') facts.push([parameter.name, text]);
    });
    return facts.filter(([, text]) => text !== '');
  };
}
