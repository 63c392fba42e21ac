"""Mixing of style codes."""

from __future__ import annotations

import itertools

import pytest
import torch

from deepart.models.style_code import StyleCode, mix


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
