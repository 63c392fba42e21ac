"""`train regressor` and `evaluate regressor`: numbers of artworks."""

from __future__ import annotations

from pathlib import Path

from deepart.commands.console import add_command, add_report_folder, add_run_options, add_settings, add_start_option


def add_to(train, evaluate) -> None:
    """Register the commands under `train` and `evaluate`."""
    regressor = add_command(
        train,
        "regressor",
        "deepart.training.classify.regressor:train_regressor",
        "train a regressor of several numbers of artworks on the classifier's features",
        """\
        python -m deepart train regressor --data art/ --targets year colourfulness --run runs/years --minutes 5
        python -m deepart train regressor --data art/ --targets year --missing interpolate --run runs/years --minutes 5
        """,
    )
    regressor.add_argument(
        "--data", type=Path, required=True, help="folder with paintings.csv and the pictures that it lists"
    )
    regressor.add_argument(
        "--targets",
        nargs="+",
        required=True,
        help="year, colourfulness, brightness, contrast, or columns of the table that hold numbers",
    )
    add_run_options(regressor, stages="256x64")
    add_start_option(regressor)
    add_settings(regressor, "optimizer", "missing", learning_rate=3e-3)

    of_regressor = add_command(
        evaluate,
        "regressor",
        "deepart.training.classify.regressor:evaluate_regressor",
        "measure a regressor on pictures that training left out: MAE and R2",
        "python -m deepart evaluate regressor --data art/ --bundle runs/years/bundle -o report/",
    )
    of_regressor.add_argument("--data", type=Path, required=True, help="folder as for training")
    of_regressor.add_argument("--bundle", type=Path, required=True, help="folder of the regressor")
    add_report_folder(of_regressor, "regressor-report")
