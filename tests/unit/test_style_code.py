"""Mixing of style codes."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest
import torch

from deepart.models.style_code import LAYERS, StyleCode, StyleSpace, mix, stacked


def code(seed: int, checkpoint: str = "transfer/a-b-v1") -> StyleCode:
    return StyleCode(torch.randn(50, generator=torch.Generator().manual_seed(seed)), checkpoint, f"style {seed}")


def test_one_code_mixes_to_itself() -> None:
    assert mix([code(1)], [0.3]).vector is not None
    assert torch.equal(mix([code(1)], [0.3]).vector, code(1).vector)


def test_a_weight_of_zero_leaves_no_trace() -> None:
    assert torch.equal(mix([code(1), code(2)], [1, 0]).vector, code(1).vector)


def test_equal_weights_give_the_mean() -> None:
    torch.testing.assert_close(mix([code(1), code(2)], [2, 2]).vector, (code(1).vector + code(2).vector) / 2)


def test_order_does_not_matter_bit_for_bit() -> None:
    codes, weights = [code(1), code(2), code(3)], [0.2, 0.5, 0.3]
    results = [
        mix([codes[i] for i in order], [weights[i] for i in order]).vector for order in itertools.permutations(range(3))
    ]
    assert all(torch.equal(results[0], result) for result in results)


@pytest.mark.parametrize(
    ("codes", "weights"),
    [
        ([], []),
        ([code(1)], [1, 2]),
        ([code(1), code(2)], [0, 0]),
        ([code(1), code(2)], [1, -1]),
        ([code(1), code(2, "transfer/a-b-v2")], [1, 1]),
    ],
)
def test_nonsense_is_refused(codes: list[StyleCode], weights: list[float]) -> None:
    with pytest.raises(ValueError):
        mix(codes, weights)


def fit_of(seed: int) -> StyleCode:
    return replace(code(seed), fitted=torch.randn(8, generator=torch.Generator().manual_seed(seed)))


def test_what_was_fitted_is_mixed_in_the_same_proportions() -> None:
    one, other, plain = fit_of(1), fit_of(2), code(3)
    torch.testing.assert_close(mix([one, other], [3, 1]).fitted, 0.75 * one.fitted + 0.25 * other.fitted)
    torch.testing.assert_close(mix([one, plain], [1, 1]).fitted, one.fitted / 2)
    assert mix([plain, code(4)], [1, 1]).fitted is None
    away = SPACE.mix([one, other], [1, -0.5])
    torch.testing.assert_close(away.fitted, one.fitted - 0.5 * other.fitted)


def test_codes_are_stacked_as_wide_as_the_widest() -> None:
    assert stacked([code(1), code(2)]).shape == (2, 50)
    both = stacked([code(1), fit_of(2)])
    assert both.shape == (2, 58) and not both[0, 50:].any()
    torch.testing.assert_close(both[1, 50:], fit_of(2).fitted)


# --- with what the network knows of its codes ------------------------------------------------------

SPACE = StyleSpace(mean=torch.full((50,), 2.0), std=torch.full((50,), 0.5), sections=(4, 6, 12, 8, 20))


def far(seed: int, distance: float) -> StyleCode:
    direction = torch.randn(50, generator=torch.Generator().manual_seed(seed))
    return StyleCode(SPACE.mean + SPACE.std * distance * direction / direction.norm(), "transfer/a-b-v1")


def distance(code: StyleCode) -> float:
    return float(((code.vector - SPACE.mean) / SPACE.std).norm())


def test_a_plain_mixture_is_the_weighted_mean() -> None:
    assert torch.equal(SPACE.mix([far(1, 2), far(2, 2)], [1, 3]).vector, mix([far(1, 2), far(2, 2)], [1, 3]).vector)


def test_balance_brings_styles_to_the_same_distance() -> None:
    weak, strong = far(1, 1), far(2, 4)
    balanced = SPACE.balanced([weak, strong], [1, 1])
    assert [distance(code) for code in balanced] == pytest.approx([2.5, 2.5], rel=1e-3)

    def share_of_weak(mixed: StyleCode) -> float:
        directions = torch.stack([weak.vector - SPACE.mean, strong.vector - SPACE.mean], 1)
        parts = torch.linalg.lstsq(directions, mixed.vector - SPACE.mean).solution
        return float(parts[0] * distance(weak) / (parts[0] * distance(weak) + parts[1] * distance(strong)))

    assert share_of_weak(SPACE.mix([weak, strong], [1, 1], balance=True)) == pytest.approx(0.5, abs=0.01)
    assert share_of_weak(SPACE.mix([weak, strong], [1, 1])) < 0.25


def test_a_balanced_mixture_moves_without_a_jump_to_the_single_style() -> None:
    weak, strong = far(1, 1), far(2, 4)
    nearly = SPACE.mix([weak, strong], [1, 0.001], balance=True)
    torch.testing.assert_close(nearly.vector, weak.vector, atol=0.02, rtol=0)
    assert torch.equal(SPACE.mix([weak, strong], [1, 0], balance=True).vector, weak.vector)


def test_a_negative_weight_moves_away() -> None:
    wanted, unwanted = far(1, 2), far(2, 2)
    mixed = SPACE.mix([wanted, unwanted], [1, -0.5])

    def towards_unwanted(code: StyleCode) -> float:
        return float((code.vector - SPACE.mean) @ (unwanted.vector - SPACE.mean))

    assert towards_unwanted(mixed) < towards_unwanted(wanted)
    assert ((mixed.vector - SPACE.mean) / SPACE.std).abs().max() <= 3


def test_standard_deviations_stay_possible() -> None:
    low = StyleCode(torch.full((50,), 0.1), "transfer/a-b-v1")
    vector = SPACE.mix([low, far(1, 2)], [1, -1]).vector
    for part in vector.split(SPACE.sections)[1:]:
        assert part[len(part) // 2 :].min() >= 0


def test_the_order_does_not_matter_with_balance_and_negative_weights() -> None:
    codes, weights = [far(1, 1), far(2, 3), far(3, 2)], [1.0, -0.4, 0.3]
    results = [
        SPACE.mix([codes[i] for i in order], [weights[i] for i in order], balance).vector
        for balance in (True, False)
        for order in itertools.permutations(range(3))
    ]
    for same in (results[:6], results[6:]):
        assert all(torch.allclose(same[0], result, atol=1e-6) for result in same)


def test_layers_divide_a_code_without_rest() -> None:
    base, other = far(1, 2), far(2, 2)
    one_by_one = base
    changed = torch.zeros(50)
    for layer in LAYERS:
        single = SPACE.layered(base, {layer: other}).vector
        changed += (single != base.vector).float()
        one_by_one = SPACE.layered(one_by_one, {layer: other})
    assert torch.equal(one_by_one.vector, other.vector)
    assert changed.max() == 1 and changed.min() == 1
