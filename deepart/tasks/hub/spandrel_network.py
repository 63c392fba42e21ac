"""Networks of the package spandrel: from a file of the Hugging Face Hub to a module.

The file is untrusted. It is downloaded up to a size, compared with the known hash or the one that the Hub states, and
read by `deepart.checkpoints` and `torchscript`, which read tensors and run nothing; the network around them is
spandrel's own code.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from deepart import hub
from deepart.checkpoints import load_plain, verify
from deepart.errors import WeightsError
from deepart.hub import Report
from deepart.tasks.hub.repository import CARD, HubRepository
from deepart.tasks.hub.torchscript import is_torchscript, read_tensors

Kind = Literal["inpaint", "clean", "enlarge", "face"]
"""What a restorer does: fill what a mask marks, clean all of a picture, enlarge it, or repair a face."""

USUAL_SIGMA = 15.0
"""Standard deviation of noise, of 255, that spandrel tells a network which asks for it."""

_MOST_FILE_BYTES = 2 << 30


@dataclass(frozen=True, slots=True, kw_only=True)
class HubWeights:
    """One file of the Hub, and what is known before its download."""

    key: str
    repo: str
    file: str
    revision: str | None = None
    """Commit, branch or tag; None takes the newest."""
    sha256: str | None = None
    """None accepts the hash that the Hub states for the file."""
    size: int | None = None
    """Bytes, about."""
    kind: Kind | None = None
    """None if only the file shows it."""
    scale: int | None = None
    licence: str | None = None
    """Licence given by the authors, which may differ from that of a repository with a copy."""
    source: str | None = None
    good_for: str | None = None
    """A key of `deepart.text`."""
    path: Path | None = None
    """Path of a local file, which is not downloaded; `repo` is empty."""


class SpandrelNetwork(nn.Module):
    """One of spandrel's networks with what spandrel knows of it, fit for `deepart.checkpoints.models`.

    Args:
        descriptor: spandrel's ImageModelDescriptor or MaskedImageModelDescriptor.
        card_licence: what the repository's card says of the licence, or "unknown".
    """

    def __init__(self, descriptor: Any, card_licence: str) -> None:
        super().__init__()
        self.network = descriptor.model
        self.descriptor = descriptor
        self.card_licence = card_licence

    @property
    def kind(self) -> Kind:
        return {"Inpainting": "inpaint", "Restoration": "clean", "SR": "enlarge", "FaceSR": "face"}[
            self.descriptor.purpose
        ]

    @property
    def takes_sigma(self) -> bool:
        return self.descriptor.architecture.id == "DRUNet"

    def forward(self, x: Tensor, mask: Tensor | None = None, sigma: float = USUAL_SIGMA) -> Tensor:
        """Restore one RGB picture in [0, 1].

        Args:
            x: (1, 3, H, W) of any size.
            mask: (1, 1, H, W), 1 where to fill and 0 elsewhere; only for those that fill.
            sigma: of the noise, of 255; only for those that take it.

        Returns:
            (1, 3, scale * H, scale * W) in [0, 1].
        """
        if mask is not None:
            return self.descriptor(x, mask)
        if self.descriptor.input_channels == 1:
            return torch.cat([self._call(channel, sigma) for channel in x.split(1, dim=1)], dim=1)
        return self._call(x, sigma)

    def _call(self, x: Tensor, sigma: float) -> Tensor:
        if not self.takes_sigma:
            return self.descriptor(x)
        h, w = x.shape[-2:]  # what spandrel does, with another sigma
        multiple = self.descriptor.size_requirements.multiple_of
        x = F.pad(x, (0, -w % multiple, 0, -h % multiple), mode="reflect")
        noise = torch.full_like(x[:, :1], sigma / 255)
        return self.network(torch.cat([x, noise], dim=1))[..., :h, :w].clamp(0, 1)


def load_network(weights: HubWeights, key: str, device: str, *, report: Report | None) -> SpandrelNetwork:
    """Fetch, read and build the network of a restorer; for `deepart.checkpoints.models`, which gives it a `key`.

    Raises:
        WeightsError: the file is out of reach, refused, or of no network that can be used.
    """
    try:
        import spandrel
    except ImportError as error:
        raise WeightsError("restorer.package", name=weights.key) from error
    _install_extra_architectures()

    path, card_licence = fetch_file(weights, report)
    state = _canonical(_read(path, weights.key), path, weights.key)
    try:
        # The initial weights, soon overwritten, must not move anybody's seeded generator.
        with torch.random.fork_rng(devices=[]):
            descriptor = spandrel.ModelLoader("cpu").load_from_state_dict(state)
    except spandrel.UnsupportedModelError as error:
        raise WeightsError("restorer.unknown", name=weights.key) from error
    except Exception as error:  # a stranger's tensors do not fit in any way
        raise WeightsError("restorer.unfit", name=weights.key) from error
    if (descriptor.input_channels, descriptor.output_channels) not in ((3, 3), (1, 1)):
        raise WeightsError("restorer.channels", name=weights.key)
    network = SpandrelNetwork(descriptor, card_licence)
    if network.kind == "inpaint" and descriptor.input_channels != 3:
        raise WeightsError("restorer.channels", name=weights.key)
    return network.eval().requires_grad_(False).to(device)


def _install_extra_architectures() -> None:
    """Register the networks of spandrel's second package, with more restrictive licences, if it is installed."""
    try:
        import spandrel_extra_arches
    except ImportError:
        return
    spandrel_extra_arches.install(ignore_duplicates=True)


def fetch_file(weights: HubWeights, report: Report | None) -> tuple[Path, str]:
    """Return the file, and the licence that its repository's card states."""

    def bounded(done: int, total: int) -> None:
        if max(done, total) > _MOST_FILE_BYTES:
            raise WeightsError("restorer.too_large", name=weights.key, most=_MOST_FILE_BYTES >> 20)
        if report is not None:
            report(done, total)

    if weights.path is not None:
        return weights.path, weights.licence or ""
    repository = HubRepository(weights.repo, weights.revision or "main")
    place = weights.repo, weights.file, repository.revision
    path = hub.cached(*place)
    if path is None:
        with suppress(WeightsError):  # there need be no card; where nothing comes through, the next line says so
            hub.download(weights.key, weights.repo, CARD, repository.revision, bounded)
        path = hub.download(weights.key, *place, bounded)
    sha256 = weights.sha256 or hub.stated_sha256(path)
    if sha256:
        verify(path, sha256, weights.key, is_cached=True)
    return path, repository.licence()


def _read(path: Path, name: str) -> dict[str, Any]:
    """Return the tables that a file holds."""
    if path.suffix == ".safetensors" or not is_torchscript(path):
        contents = load_plain(path, name)
    else:
        try:
            contents = read_tensors(path)
        except Exception as error:  # a stranger's archive breaks in any way
            raise WeightsError("weights.unsafe", name=name) from error
    if not isinstance(contents, dict):
        raise WeightsError("weights.unsafe", name=name)
    return contents


def _canonical(contents: dict[str, Any], path: Path, name: str) -> dict[str, Tensor]:
    """Return the table of tensors as spandrel wants it, out of tables around it."""
    from spandrel import canonicalize_state_dict

    try:
        state = canonicalize_state_dict(contents)
    except AttributeError as error:  # keys that are no text
        raise WeightsError("weights.unsafe", name=name) from error
    if not all(isinstance(key, str) and isinstance(value, Tensor) for key, value in state.items()):
        raise WeightsError("weights.unsafe", name=name)
    # A tensor can claim to be larger than what is stored of it, and the network would be built as large.
    if sum(value.numel() * value.element_size() for value in state.values()) > 2 * path.stat().st_size:
        raise WeightsError("weights.damaged", name=name)
    if "model.1.bn_l.running_mean" in state:  # LaMa without the module around it, which spandrel expects
        state = {f"model.{key}": value for key, value in state.items()}
    return state
