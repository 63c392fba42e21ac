"""Missing labels and years are filled in by what the way says, by nothing else, and counted before."""

from __future__ import annotations

import pytest
import torch

from deepart.training.missing import fillable, filled_labels, filled_numbers, ridge, year_of

YEARS = [1880, None, None, 1889, None, None, 1900]
ARTISTS = ["monet", "monet", "degas", "monet", "monet", "", "degas"]


@pytest.mark.parametrize(
    ("text", "year"),
    [("1889", 1889), ("c. 1889-90", 1889), ("", None), ("no date", None), ("12345", None), ("987", 987)],
)
def test_a_year_is_read_from_what_people_write(text: str, year: int | None) -> None:
    assert year_of(text) == year


def test_each_way_fills_what_it_can() -> None:
    assert filled_numbers(YEARS, "ignore") == filled_numbers(YEARS, "drop") == YEARS
    assert filled_numbers(YEARS, "median") == [1880, 1889, 1889, 1889, 1889, 1889, 1900]
    # Monet's second work lies a third of the way between his first and his fourth; what lies outside is not guessed.
    assert filled_numbers(YEARS, "interpolate", ARTISTS) == [1880, 1883, None, 1889, None, None, 1900]
    assert filled_numbers([None, None], "median") == [None, None]
    assert fillable(YEARS, ARTISTS) == {"drop": 4, "median": 4, "interpolate": 1, "regress": 4}


def test_years_are_predicted_from_what_is_seen_and_stay_in_the_range_of_those_that_are_known() -> None:
    torch.manual_seed(0)
    features = torch.randn(60, 5)
    true = (1850 + 20 * features[:, 0]).tolist()
    known = [year if index % 3 else None for index, year in enumerate(true)]
    found = filled_numbers(known, "regress", features=features)
    errors = [abs(one - other) for one, other, year in zip(found, true, known) if year is None]
    assert sum(errors) / len(errors) < 6  # the median errs by 16
    far = filled_numbers([*known, None], "regress", features=torch.cat([features, torch.full((1, 5), 1e4)]))
    assert far[-1] <= max(year for year in known if year)


def test_labels_are_the_most_frequent_or_those_that_features_speak_for() -> None:
    labels = ["a", "a", "b", "a", "b", "", ""]
    assert filled_labels(labels, "mode") == ["a", "a", "b", "a", "b", "a", "a"]
    features = torch.tensor([[0.0, 1.0], [0, 1], [1, 0], [0, 1], [1, 0], [1, 0], [0, 1]])
    assert filled_labels(labels, "regress", features)[5:] == ["b", "a"]
    assert filled_labels(labels, "drop") == filled_labels(labels, "regress") == labels


@pytest.mark.parametrize("count", [6, 40])  # fewer pictures than features, and more
def test_both_systems_of_the_ridge_have_one_solution(count: int) -> None:
    torch.manual_seed(0)
    x, y, asked = torch.randn(count, 12), torch.randn(count, 2), torch.randn(3, 12)
    std, mean = torch.std_mean(x, 0, correction=0)
    normal, shifted = (x - mean) / (std + 1e-6), y - y.mean(0)
    weights = torch.linalg.lstsq(
        torch.cat([normal, 10**0.5 * torch.eye(12)]), torch.cat([shifted, torch.zeros(12, 2)])
    ).solution
    expected = (asked - mean) / (std + 1e-6) @ weights + y.mean(0)
    assert torch.allclose(ridge(x, y, asked), expected, atol=1e-3)
