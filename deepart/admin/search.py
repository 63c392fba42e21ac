"""Search for better training settings: on a grid, at random, or guided by a model.

Optuna (Akiba et al. 2019, https://arxiv.org/abs/1907.10902) chooses and remembers: its journal file survives a crash or
a restart, and a search that is started again goes on with what is left of its minutes.  Trials that are clearly worse
than the others at the same point are ended early.

Optuna is an extra, and so is scikit-learn, whose forests choose ("forest") and say which settings matter:
`pip install optuna scikit-learn`.
"""

from __future__ import annotations

import html
import math
import threading
from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Union, get_args

from deepart.errors import InputError
from deepart.runtime import Progress

if TYPE_CHECKING:
    import optuna

Method = Literal["grid", "random", "tpe", "forest"]
METHODS: tuple[Method, ...] = get_args(Method)

Value = Union[str, int, float, bool]
Report = Callable[[int, float], None]
"""Called with (step, value so far); ends the trial if it is clearly worse than the others, or the search is over."""

Objective = Callable[[Mapping[str, Value], Report], float]
"""Trains for a short time with some settings and returns how good the result is: higher is better."""

_STUDY = "search"
_WARM_TRIALS = 4  # that are never ended early: there is nothing to compare them with
_ENOUGH_FOR_A_FOREST = 15  # complete trials; from fewer a forest sees differences that are none
_MOST_TRIALS = 10_000


@dataclass(frozen=True, slots=True)
class Setting:
    """One searched setting: one of `choices`, or a number from `low` to `high`."""

    name: str
    choices: tuple[Value, ...] = ()
    low: float = 0.0
    high: float = 1.0
    logarithmic: bool = False
    whole: bool = False
    steps: int = 4
    """How many values of a range a grid has."""

    def distribution(self) -> optuna.distributions.BaseDistribution:
        """Return it as Optuna has it."""
        from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution

        if self.choices:
            return CategoricalDistribution(self.choices)
        if self.whole:
            return IntDistribution(int(self.low), int(self.high), log=self.logarithmic)
        return FloatDistribution(self.low, self.high, log=self.logarithmic)

    def grid(self) -> list[Value]:
        """Return the values that a grid has."""
        if self.choices:
            return list(self.choices)
        shares = [index / max(1, self.steps - 1) for index in range(self.steps)]
        if self.logarithmic:
            values = [math.exp(math.log(self.low) + share * math.log(self.high / self.low)) for share in shares]
        else:
            values = [self.low + share * (self.high - self.low) for share in shares]
        values = [min(max(value, self.low), self.high) for value in values]  # rounding may leave the range
        return sorted({round(value) for value in values}) if self.whole else values


@dataclass(frozen=True, slots=True)
class Trial:
    """One try."""

    number: int
    state: Literal["complete", "pruned", "failed"]
    value: float | None
    """How good it was; of one that was ended early what it had last."""
    seconds: float
    settings: Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class Found:
    """The results of a search so far."""

    trials: tuple[Trial, ...]
    """The best first, then those that were ended early."""
    importance: Mapping[str, float] = field(default_factory=dict)
    """How much of the difference between good and bad each setting makes, adding up to 1; empty after few trials."""

    @property
    def best(self) -> Trial | None:
        """The best complete trial."""
        return next((trial for trial in self.trials if trial.state == "complete"), None)

    def rows(self) -> list[dict[str, Value | None]]:
        """Return a table of all trials."""
        return [
            {
                "trial": trial.number,
                "state": trial.state,
                "value": None if trial.value is None else round(trial.value, 5),
                "seconds": round(trial.seconds, 1),
                **trial.settings,
            }
            for trial in self.trials
        ]

    def importance_svg(self, titles: Mapping[str, str] | None = None, width: int = 560) -> str:
        """Return the importance of the settings as bars, an SVG picture that takes the colour of the text around it.

        Args:
            titles: what settings are called, where that is not their name.
            width: in pixels.
        """
        row, margin = 28, 180
        bars = []
        for index, (name, share) in enumerate(sorted(self.importance.items(), key=lambda pair: -pair[1])):
            length = round(share * (width - margin - 60), 1)
            middle = row * index + row / 2
            bars.append(
                f'<text x="{margin - 8}" y="{middle}" text-anchor="end" dominant-baseline="middle">'
                f"{html.escape((titles or {}).get(name, name))}</text>"
                f'<rect x="{margin}" y="{row * index + 5}" width="{length}" height="{row - 10}" rx="3" opacity="0.7"/>'
                f'<text x="{margin + length + 6}" y="{middle}" dominant-baseline="middle">{share:.2f}</text>'
            )
        height = row * max(1, len(self.importance))
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" '
            f'font-family="sans-serif" font-size="13" fill="currentColor">{"".join(bars)}</svg>'
        )


def search_steps(
    objective: Objective,
    space: Sequence[Setting],
    minutes: float,
    journal: Path,
    method: Method = "tpe",
    most_trials: int = _MOST_TRIALS,
    seed: int = 0,
    prune: bool = True,
) -> Generator[Progress, None, Found]:
    """Try settings until the minutes, the trials or the combinations of a grid are used up.

    Args:
        objective: trains with some settings; what it raises counts as a failed trial if it is an `ArithmeticError` or a
            `RuntimeError`, such as numbers that run away or too little memory.
        space: what may be changed.
        minutes: of all sessions with this journal together.
        journal: file that remembers the trials, made if missing.
        prune: end trials early that are worse than the median of the others at the same step.

    Raises:
        InputError: Optuna is not installed, or nothing may be changed, or there is no such method.
    """
    check_method(method)
    from deepart.tasks.tiled import patiently  # loads PyTorch, which takes seconds: only where there is work to do

    if not space:
        raise InputError("search.nothing")
    study = _open(space, journal, method, seed, prune)
    left = 60 * minutes - sum(_seconds(trial) for trial in study.trials)
    stopped = threading.Event()
    exhausted = method == "grid" and study.sampler.is_exhausted(study)
    if left > 0 and not exhausted:
        yield Progress(0, 1, "progress.searching")
        work = _work(study, objective, space, left, most_trials - len(study.trials), stopped)
        try:
            yield from patiently(work, lambda: Progress(len(study.trials), most_trials, "progress.searching"))
        finally:
            stopped.set()  # if nobody waits any more, the thread ends at its next report
    return _found(study)


def results(journal: Path) -> Found:
    """Return what a search has found so far, whether or not it is running.

    Raises:
        InputError: Optuna is not installed, or there is no such search.
    """
    optuna = _optuna()
    if not Path(journal).is_file():
        raise InputError("search.no_journal")
    try:
        return _found(optuna.load_study(study_name=_STUDY, storage=_storage(journal)))
    except KeyError as error:
        raise InputError("search.no_journal") from error


def check_method(method: str) -> None:
    """Refuse before any work to search by a method that cannot run here.

    Raises:
        InputError: there is no such method, or a package that it needs is not installed.
    """
    if method not in METHODS:
        raise InputError("setting.choice", name="method", choices=", ".join(METHODS))
    _optuna()
    if method == "forest" and find_spec("sklearn") is None:
        raise InputError("extra.no_sklearn")


def _optuna() -> Any:
    try:
        import optuna
    except ImportError as error:
        raise InputError("search.no_optuna") from error
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    return optuna


def _storage(journal: Path) -> optuna.storages.JournalStorage:
    from optuna.storages import JournalStorage
    from optuna.storages.journal import JournalFileBackend, JournalFileOpenLock

    # The lock that works everywhere: links, the default, need rights that Windows does not give.
    return JournalStorage(JournalFileBackend(str(journal), lock_obj=JournalFileOpenLock(str(journal))))


def _open(space: Sequence[Setting], journal: Path, method: Method, seed: int, prune: bool) -> optuna.Study:
    optuna = _optuna()
    journal.parent.mkdir(parents=True, exist_ok=True)
    if method == "grid":
        sampler = optuna.samplers.GridSampler({setting.name: setting.grid() for setting in space}, seed=seed)
    elif method == "random":
        sampler = optuna.samplers.RandomSampler(seed=seed)
    elif method == "forest":
        from deepart.admin.forest_sampler import ForestSampler

        sampler = ForestSampler(seed, _WARM_TRIALS)
    else:
        sampler = optuna.samplers.TPESampler(seed=seed, n_startup_trials=_WARM_TRIALS)
    pruner = optuna.pruners.MedianPruner(_WARM_TRIALS) if prune else optuna.pruners.NopPruner()
    study = optuna.create_study(
        storage=_storage(journal),
        study_name=_STUDY,
        sampler=sampler,
        pruner=pruner,
        direction="maximize",
        load_if_exists=True,
    )
    for trial in study.get_trials(states=(optuna.trial.TrialState.RUNNING,)):  # of a process that is no more
        study.tell(trial.number, state=optuna.trial.TrialState.FAIL)
    if len(study.trials) and method != "grid":
        sampler.reseed_rng()  # else it would try again what it tried first
    return study


def _work(
    study: optuna.Study,
    objective: Objective,
    space: Sequence[Setting],
    seconds: float,
    most_trials: int,
    stopped: threading.Event,
) -> Callable[[], None]:
    optuna = _optuna()

    def one(trial: optuna.Trial) -> float:
        settings = {setting.name: _suggest(trial, setting) for setting in space}

        def report(step: int, value: float) -> None:
            trial.report(value, step)
            if stopped.is_set():
                study.stop()
                raise optuna.TrialPruned
            if trial.should_prune():
                raise optuna.TrialPruned

        return objective(settings, report)

    def work() -> None:
        if most_trials > 0:
            study.optimize(one, n_trials=most_trials, timeout=seconds, catch=(ArithmeticError, RuntimeError))

    return work


def _suggest(trial: optuna.Trial, setting: Setting) -> Value:
    if setting.choices:
        return trial.suggest_categorical(setting.name, setting.choices)
    if setting.whole:
        return trial.suggest_int(setting.name, int(setting.low), int(setting.high), log=setting.logarithmic)
    return trial.suggest_float(setting.name, setting.low, setting.high, log=setting.logarithmic)


def _found(study: optuna.Study) -> Found:
    optuna = _optuna()
    states = {"COMPLETE": "complete", "PRUNED": "pruned", "FAIL": "failed"}
    trials = [
        Trial(trial.number, states[trial.state.name], _value(trial), _seconds(trial), dict(trial.params))
        for trial in study.trials
        if trial.state.name in states
    ]
    order = list(states.values())
    trials.sort(key=lambda trial: (order.index(trial.state), -(trial.value if trial.value is not None else -math.inf)))
    importance: Mapping[str, float] = {}
    values = [trial.value for trial in trials if trial.state == "complete"]
    if len(values) >= _WARM_TRIALS and len(set(values)) > 1:
        if find_spec("sklearn") and len(values) >= _ENOUGH_FOR_A_FOREST:
            # The share of the variance that a random forest explains by each setting (Hutter et al. 2014).
            evaluator = optuna.importance.FanovaImportanceEvaluator(seed=0)
        else:
            evaluator = optuna.importance.PedAnovaImportanceEvaluator(target_quantile=0.25)
        found = optuna.importance.get_param_importances(study, evaluator=evaluator)
        if all(map(math.isfinite, found.values())):
            importance = found
    return Found(tuple(trials), importance)


def _value(trial: optuna.trial.FrozenTrial) -> float | None:
    if trial.value is not None:
        return trial.value
    return trial.intermediate_values[max(trial.intermediate_values)] if trial.intermediate_values else None


def _seconds(trial: optuna.trial.FrozenTrial) -> float:
    return trial.duration.total_seconds() if trial.duration else 0.0
