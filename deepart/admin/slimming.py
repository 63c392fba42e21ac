"""Smaller and better networks without training: pruned channels, and averaged weights of several runs.

References:
    Li et al. 2017, "Pruning Filters for Efficient ConvNets", https://arxiv.org/abs/1608.08710 (whole channels);
    Sun et al. 2023, "A Simple and Effective Pruning Approach for Large Language Models",
    https://arxiv.org/abs/2306.11695 (weight times activation says what matters);
    Wortsman et al. 2022, "Model soups", https://arxiv.org/abs/2203.05482.
Differs from the papers: only channels inside residual blocks are pruned, since those between blocks are used in many
places; the mean of a pruned channel is kept in the bias.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import torch
from PIL import Image
from torch import Tensor, nn

from deepart import runtime
from deepart.admin import figures
from deepart.admin.costs import parameters_of, seconds_of
from deepart.admin.data.evaluation_sets import EvaluationSet, Task
from deepart.admin.evaluation import Evaluation, evaluate_steps, open_network
from deepart.admin.figures import Difference
from deepart.admin.folders import new_folder, remove_folder
from deepart.errors import InputError
from deepart.images import centre_crop, to_tensor
from deepart.models.blocks import Prunable
from deepart.models.pretrained import WEIGHTS_FILE
from deepart.runtime import Progress
from deepart.tasks.tiled import patiently

WIDTH_STEP = 16
"""Widths are multiples of this, since the matrix units of processors compute whole blocks."""

_SEEN_SIDE = 256
_FEWEST_PICTURES = 4


@dataclass(frozen=True, slots=True)
class Facts:
    """The costs of a network on this machine."""

    parameters: int
    size: int
    """Bytes of its weights file."""
    seconds: float
    """For one picture, see `costs.seconds_of`."""


@dataclass(frozen=True, slots=True)
class Slimmed:
    """A network before and after, measured on this machine."""

    folder: Path
    """The bundle of the new network; promote it like that of a run."""
    before: Facts
    after: Facts
    old: Evaluation | None
    new: Evaluation | None
    differences: tuple[Difference, ...]
    ingredients: tuple[str, ...] = ()
    """The versions that a soup was made of."""

    def as_json(self) -> dict[str, Any]:
        """Return plain dictionaries."""
        return {
            "folder": str(self.folder),
            "before": dataclasses.asdict(self.before),
            "after": dataclasses.asdict(self.after),
            "figures": figures.rows(self.differences),
            "ingredients": list(self.ingredients),
        }


# --- pruning ---------------------------------------------------------------------------------------


def prune_steps(
    task: Task,
    source: str | Path,
    out: Path,
    pictures: Sequence[Image.Image],
    keep: float = 0.75,
    evaluation_set: EvaluationSet | None = None,
) -> Generator[Progress, None, Slimmed]:
    """Prune the least important channels of a network's residual blocks, and measure quality and speed.

    Args:
        source: the key of a checkpoint, or the folder of a run.
        out: folder that the pruned network is written to; must not exist.
        pictures: a few that are like those of its task, on which importance is measured.
        keep: share of the channels that stay, from 0.1 to 1.
        evaluation_set: what the network is measured on before and after; None measures speed and size alone.

    Raises:
        InputError: `out` exists, `keep` is out of its range, the network has nothing to prune, or there are too few
            pictures.
        WeightsError: the source is missing, damaged, or of another architecture.
    """
    _must_be_new(out)
    if not 0.1 <= keep <= 1:
        raise InputError("setting.range", name="keep", low=0.1, high=1)
    if len(pictures) < _FEWEST_PICTURES:
        raise InputError("slimming.too_few_pictures", least=_FEWEST_PICTURES)
    old = open_network(task, source)
    if not getattr(old, "prunable", list)():
        raise InputError("slimming.nothing")
    yield Progress(0, 1, "progress.pruning")
    pruned = yield from patiently(
        partial(prune, old, partial(_run, task), pictures, keep), Progress(0, 1, "progress.pruning")
    )
    return (yield from _measured(task, source, old, pruned, out, evaluation_set))


def prune(
    network: nn.Module, run: Callable[[nn.Module, Tensor], object], pictures: Sequence[Image.Image], keep: float
) -> nn.Module:
    """Return a copy of a network with a share of the channels inside its blocks.

    Args:
        network: has `prunable()`, and a config with the field `inner`.
        run: makes a network look at a picture, (1, 3, H, W) in [0, 1].
        keep: share of the channels that stay; at least `WIDTH_STEP` of each block.
    """
    seen = _activations(network, run, pictures)
    pruned = type(network)(network.config)
    pruned.load_state_dict(network.state_dict())
    widths = []
    for block, (mean, square) in zip(pruned.prunable(), seen):
        weight = block.last.weight.detach()
        importance = square.sqrt().to(weight) * weight.flatten(2).norm(dim=(0, 2))
        width = min(len(importance), max(WIDTH_STEP, WIDTH_STEP * round(keep * len(importance) / WIDTH_STEP)))
        kept = importance.topk(width).indices.sort().values
        gone = torch.ones(len(importance), dtype=torch.bool)
        gone[kept] = False
        _keep_mean(block, mean, gone)
        block.keep(kept)
        widths.append(width)
    config = dataclasses.replace(network.config, inner=tuple(widths))
    finished = type(network)(config)
    finished.load_state_dict(pruned.state_dict())
    return finished.eval().requires_grad_(False)


def _activations(
    network: nn.Module, run: Callable[[nn.Module, Tensor], object], pictures: Sequence[Image.Image]
) -> list[tuple[Tensor, Tensor]]:
    """Return, for each prunable block, mean and mean square of what its last convolution is given, (C,) each."""
    sums: list[list[Tensor]] = []
    handles = []
    for block in network.prunable():
        seen: list[Tensor] = []
        sums.append(seen)

        def remember(module: nn.Module, inputs: tuple[Tensor, ...], seen: list[Tensor] = seen) -> None:
            x = inputs[0].float()
            seen.append(torch.stack([x.mean((0, 2, 3)), x.square().mean((0, 2, 3))]))

        handles.append(block.last.register_forward_pre_hook(remember))
    try:
        for picture in pictures:
            with runtime.device_lock(), torch.inference_mode():
                run(network, to_tensor(centre_crop(picture, _SEEN_SIDE)).to(runtime.device()))
    finally:
        for handle in handles:
            handle.remove()
    return [tuple(torch.stack(seen).mean(0).cpu().clone().unbind()) for seen in sums]


def _keep_mean(block: Prunable, mean: Tensor, gone: Tensor) -> None:
    """Add the mean contribution of pruned channels to the bias."""
    last = block.last
    if last.bias is not None:
        added = last.weight.detach()[:, gone].sum((2, 3)) @ mean[gone].to(last.weight)
        last.bias = nn.Parameter(last.bias.detach() + added)


def _run(task: Task, network: nn.Module, x: Tensor) -> None:
    if task == "style":
        network(x, x)
    elif task == "classifier":
        network.features(x)
    else:
        network(x)


# --- soups -----------------------------------------------------------------------------------------


def soup_steps(
    task: Task, sources: Sequence[str | Path], out: Path, evaluation_set: EvaluationSet, greedy: bool = True
) -> Generator[Progress, None, Slimmed]:
    """Average the weights of several runs with the same start, and compare the result with the best of them.

    Args:
        sources: keys of checkpoints and folders of runs, two or more.
        out: folder that the soup is written to; must not exist.
        evaluation_set: what everything is measured on.
        greedy: try the best first, and leave out each that makes the soup worse; else take all.

    Raises:
        InputError: `out` exists, there are fewer than two sources, or they are networks of different shapes.
        WeightsError: a source is missing, damaged, or of another architecture.
    """
    _must_be_new(out)
    if len(sources) < 2:
        raise InputError("slimming.one_source")
    networks = [open_network(task, source) for source in sources]
    if any(_shapes(network) != _shapes(networks[0]) for network in networks):
        raise InputError("slimming.other_shape")
    measured = []
    for source, network in zip(sources, networks):
        found = yield from evaluate_steps(source, evaluation_set, controls=False, network=network)
        measured.append((score(found), found))
    order = sorted(range(len(sources)), key=lambda index: -measured[index][0])
    chosen, best = order[:1], measured[order[0]]
    if not greedy:
        chosen = order
    for index in order[1:] if greedy else ():
        mixed = average([networks[i] for i in (*chosen, index)])
        found = yield from evaluate_steps(sources[order[0]], evaluation_set, controls=False, network=mixed)
        if score(found) >= best[0]:
            chosen, best = [*chosen, index], (score(found), found)
    mixed = average([networks[index] for index in chosen])
    names = tuple(str(sources[index]) for index in chosen)
    return (
        yield from _measured(
            task, sources[order[0]], networks[order[0]], mixed, out, evaluation_set, names, old=measured[order[0]][1]
        )
    )


def average(networks: Sequence[nn.Module]) -> nn.Module:
    """Return a network whose weights are the means of those of others; what is no number is that of the first."""
    states = [network.state_dict() for network in networks]
    mean = {
        name: torch.stack([state[name].float() for state in states]).mean(0).to(value.dtype)
        if value.is_floating_point()
        else value.clone()
        for name, value in states[0].items()
    }
    mixed = type(networks[0])(networks[0].config)
    mixed.load_state_dict(mean)
    return mixed.eval().requires_grad_(False).to(next(networks[0].parameters()).device)


def score(found: Evaluation) -> float:
    """Return one number for how good a checkpoint is: the first figure that decides, mean over heads or strengths."""
    deciding = [figure for figure in found.figures if figure.tolerance is not None]
    same = [figure.value for figure in deciding if figure.name == deciding[0].name]
    return sum(same) / len(same) * (1 if deciding[0].higher_is_better else -1)


def _shapes(network: nn.Module) -> Mapping[str, torch.Size]:
    return {name: value.shape for name, value in network.state_dict().items()}


# --- before and after ------------------------------------------------------------------------------


def _measured(
    task: Task,
    source: str | Path,
    before: nn.Module,
    after: nn.Module,
    out: Path,
    evaluation_set: EvaluationSet | None,
    ingredients: Sequence[str] = (),
    old: Evaluation | None = None,
) -> Generator[Progress, None, Slimmed]:
    """Write a network to `out`, and compare it with what it was made from."""
    with new_folder(out) as folder:
        (folder / "old").mkdir()
        before.save_pretrained(folder / "old")
        old_size = (folder / "old" / WEIGHTS_FILE).stat().st_size
        remove_folder(folder / "old")
        after.save_pretrained(folder)
    work = partial(seconds_of, task, [before, after.to(runtime.device())])
    seconds = yield from patiently(work, Progress(0, 1, "progress.timing"))
    new, differences = None, ()
    if evaluation_set:
        old = old or (yield from evaluate_steps(source, evaluation_set, controls=False, network=before))
        new = yield from evaluate_steps(source, evaluation_set, controls=False, network=after)
        differences = figures.compare(old.figures, new.figures, new.count, seed=evaluation_set.seed)
    return Slimmed(
        out,
        Facts(parameters_of(before), old_size, seconds[0]),
        Facts(parameters_of(after), (out / WEIGHTS_FILE).stat().st_size, seconds[1]),
        old,
        new,
        differences,
        tuple(ingredients),
    )


def _must_be_new(out: Path) -> None:
    if out.exists():
        raise InputError("slimming.exists")
