"""An Optuna sampler that uses a random forest to find better settings (Hutter et al. 2011, SMAC).

https://doi.org/10.1007/978-3-642-25566-3_40.  The forest is scikit-learn's; the spread of its trees measures the
uncertainty, and the candidate with the highest expected improvement is tried next. It is our own code because the
sampler of OptunaHub is downloaded from GitHub at run time, and scikit-optimize is hardly maintained.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import optuna
from optuna.distributions import BaseDistribution, CategoricalDistribution
from scipy.stats import norm
from sklearn.ensemble import RandomForestRegressor

_CANDIDATES = 500
_TREES = 100
_AT_RANDOM = 0.1  # share of trials that no forest chooses, so that no part of the space is never seen


class ForestSampler(optuna.samplers.BaseSampler):
    """Suggests settings by expected improvement under a random forest.

    Args:
        warm_trials: trials at random before the first forest.
    """

    def __init__(self, seed: int = 0, warm_trials: int = 4) -> None:
        self._rng = np.random.default_rng(seed)
        self._random = optuna.samplers.RandomSampler(seed=seed)
        self._warm_trials = warm_trials

    def reseed_rng(self) -> None:
        """Start other random numbers."""
        self._rng = np.random.default_rng()
        self._random.reseed_rng()

    def infer_relative_search_space(
        self, study: optuna.Study, trial: optuna.trial.FrozenTrial
    ) -> dict[str, BaseDistribution]:
        """Return the settings that every trial so far had."""
        return optuna.search_space.intersection_search_space(study.get_trials(deepcopy=False))

    def sample_relative(
        self, study: optuna.Study, trial: optuna.trial.FrozenTrial, search_space: Mapping[str, BaseDistribution]
    ) -> dict[str, Any]:
        """Return the most promising of many random settings; nothing while there is too little to learn from."""
        done = [
            each for each in study.get_trials(deepcopy=False, states=(optuna.trial.TrialState.COMPLETE,)) if each.params
        ]
        if not search_space or len(done) < self._warm_trials or self._rng.random() < _AT_RANDOM:
            return {}
        candidates = [
            {name: self._random.sample_independent(study, trial, name, each) for name, each in search_space.items()}
            for _ in range(_CANDIDATES)
        ]
        known = np.array([_numbers(each.params, search_space) for each in done])
        values = np.array([each.value for each in done]) * (-1 if study.direction.name == "MINIMIZE" else 1)
        forest = RandomForestRegressor(_TREES, min_samples_leaf=1, random_state=int(self._rng.integers(2**31)))
        forest.fit(known, values)
        x = np.array([_numbers(each, search_space) for each in candidates])
        answers = np.stack([tree.predict(x) for tree in forest.estimators_])
        mean, std = answers.mean(0), answers.std(0) + 1e-9
        ahead = (mean - values.max()) / std
        return candidates[int(np.argmax(std * (ahead * norm.cdf(ahead) + norm.pdf(ahead))))]

    def sample_independent(
        self,
        study: optuna.Study,
        trial: optuna.trial.FrozenTrial,
        param_name: str,
        param_distribution: BaseDistribution,
    ) -> Any:
        """Return a value at random."""
        return self._random.sample_independent(study, trial, param_name, param_distribution)


def _numbers(settings: Mapping[str, Any], space: Mapping[str, BaseDistribution]) -> list[float]:
    """Return settings as a forest reads them: choices as one number each, logarithms where the range is such."""
    found: list[float] = []
    for name, distribution in space.items():
        if isinstance(distribution, CategoricalDistribution):
            found += [float(settings[name] == choice) for choice in distribution.choices]
        else:
            value = float(settings[name])
            found.append(np.log(value) if getattr(distribution, "log", False) else value)
    return found
