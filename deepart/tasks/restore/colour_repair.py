"""Measure and undo yellowed varnish and faded colours.

A varnish is a filter in front of the paint: the older it is, the more light it takes, of blue most. Fading is a veil
over it: black is no longer dark, white no longer bright, every colour nearer to grey. The veil lies over the varnish
too, so it is taken off first.  Both are undone by a map of single colours, which is worked out once on a small copy and
kept as a table, so that a picture of any size is repaired in tiles and with nothing but Pillow.

References:
    Ebner 2007, "Color Constancy", chapter 6 (the brightest of each channel shows the colour of the light);
    Barni et al. 2000, "Image processing for the analysis and conservation of paintings" (varnish, fading).

Differs from the books: the lights of sound paintings are warm as well, so the depth of the varnish is
predicted by a line fitted to paintings with and without a made-up varnish; brightness is stretched, and colour with
it, so that hues stay what they are and saturated paint is never darkened; and colours that leave the gamut are drawn
to the grey of the same brightness by a soft knee rather than clipped.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from PIL import Image, ImageFilter

from deepart.errors import InputError

VARNISH = (0.03, 0.2, 0.8)
"""Absorption of red, green and blue light by a varnish of depth 1, as exponents: more than half of the blue."""
USUAL_WHITE = (1.0, 0.89, 0.74)
"""Brightest red, green and blue of paintings in linear light: the median of 4176 of them."""

_SAMPLED_SIDE = 256  # pixels of a picture's longer side that its statistics are measured on
_LIGHTS = 99.0  # percentile of a channel taken for its brightest; above it are glints and specks
_BLUE_LACK, _GREEN_LACK, _OFFSET = 0.942, -1.084, 0.045
"""The depth of a varnish from the lights' logarithms of red over blue and of red over green.

Fitted to 696 paintings, each under two varnishes, none for two of five: off by 0.27 in the mean.  Paint that
is warm lacks green as well; a varnish takes blue and hardly any green.
"""
_DEEPEST = 1.8  # more than four times the blue is more than a scan can give
_LEAST_BRIGHTEST = 0.02  # of a channel in linear light
_ENDS = (0.5, 99.5)  # percentiles of brightness taken for black and white
_USUAL_ENDS = (0.1, 0.92)  # sRGB values that black and white of half of the paintings reach
_MOST_STRETCH, _MOST_OF_DARK = 2.5, 4.0
_MOST_COLOUR = 2.0  # times as far from grey
_MOST_DARKER = 0.25  # sRGB
_SATURATED = (0.6, 0.85)  # between them brightness is ever less taken away
_DEEP_VARNISH, _LEAST_YELLOW = 0.7, 4.0
# L*, a* and b* of the lights under a yellow veil: where they are darker there is no light to tell by, and what is
# greener or yellower is lemons, gold or a bad scan.  With the bounds below, 4 of 374 sound paintings are taken for
# yellowed or faded, and of 160 others each 67 under a strong made-up varnish, and 151 that were faded.
_VEILED_LIGHTS = (55.0, 90.0), (-8.0, 9.0), (24.0, 45.0)
_PALE_BLACK, _DULL_LIGHT = 0.25, 0.7
_DARK_LIGHT = 0.35  # of 641 sound paintings and photos the darkest has lights of 0.41
_LEAST_SHOWN = 0.1  # from black to the lights; with less it is a picture of one dark colour
_ONE_TONE = 5.0  # a* and b*: most old photos, and 4 of 225 paintings
_SURELY_VARNISHED = (0.0, 0.4)  # depth; four of five sound paintings are taken for less than the second
_SURELY_FADED = (0.05, 0.3)  # share of lost contrast
_KNEE, _TOE = 0.8, 0.05  # of brightness and saturation: between them colours go unchanged
_TABLE_SIDE = 33
_LUMINANCE = np.array([0.2126, 0.7152, 0.0722])


@dataclass(frozen=True, slots=True)
class ColourFault:
    """Estimated colour faults of a picture; every number can be changed before they are undone."""

    white: tuple[float, float, float]
    """The brightest red, green and blue in linear light, the largest 1."""
    varnish: float
    """Depth of a yellowed varnish, in units of `VARNISH`; 0 for none."""
    black: float
    """sRGB value in [0, 1] that black has without the varnish."""
    light: float
    """sRGB value in [0, 1] that the lights have without the varnish."""
    lights: tuple[float, float, float]
    """CIE L*, a* and b* of its lights, the brightest fiftieth."""
    least_yellow: float
    """CIE b* that 19 of 20 of its pixels exceed: below 0 if it has any blue."""
    spread: float
    """95th percentile of the distance of a* and b* from their usual values at that lightness."""
    veil: tuple[float, float, float] = (0.0, 0.0, 0.0)
    """Linear red, green and blue in [0, 1] that even the darkest places have: the varnish lies behind it."""

    @property
    def has_one_tone(self) -> bool:
        """Whether it is black and white, or brown and white."""
        return self.spread <= _ONE_TONE

    @property
    def is_yellowed(self) -> bool:
        """Whether it certainly has a yellow veil: its lights are dull and yellow, and nothing is grey or blue."""
        has_veil = all(low <= value <= high for value, (low, high) in zip(self.lights, _VEILED_LIGHTS))
        return has_veil and self.varnish >= _DEEP_VARNISH and self.least_yellow >= _LEAST_YELLOW

    @property
    def is_faded(self) -> bool:
        """Whether it has certainly faded, so that nothing is dark and the lights are not bright, or is far too dark."""
        return self.black >= _PALE_BLACK and self.light <= _DULL_LIGHT or self.is_dark

    @property
    def is_dark(self) -> bool:
        """Whether its lights are darker than those of any sound picture, as in a scan without light."""
        return self.light <= _DARK_LIGHT and self.light - self.black >= _LEAST_SHOWN

    @property
    def blue_lost(self) -> float:
        """Share of the blue light that the varnish absorbs, from 0 to 1."""
        return 1 - math.exp(-VARNISH[2] * self.varnish)

    @property
    def fading(self) -> float:
        """Lost share of the contrast, from 0 to 1, relative to a picture that reaches black and white."""
        (low, high), (black, light) = _wanted_ends(self), (self.black, self.light)
        return 1 - (light - black) / (high - low)


def colour_fault(picture: Image.Image, ignore: Image.Image | None = None) -> ColourFault:
    """Estimate the colour faults of a picture on a small copy of it.

    Args:
        picture: RGB.
        ignore: "L" in the proportions of the picture, white where it is damaged, so that a white scratch does not count
            as a light.
    """
    size = [max(1, round(side * min(1, _SAMPLED_SIDE / max(picture.size)))) for side in picture.size]
    rgb = np.asarray(picture.resize(size, Image.Resampling.BOX, reducing_gap=1.0), np.float64).reshape(-1, 3) / 255
    if ignore is not None:
        sound = np.asarray(ignore.resize(size, Image.Resampling.BOX)).ravel() == 0
        rgb = rgb[sound] if sound.any() else rgb
    return _measure(rgb)


def _measure(rgb: np.ndarray) -> ColourFault:
    from skimage.color import rgb2lab

    brightest = np.maximum(np.percentile(_to_linear(rgb), _LIGHTS, axis=0), _LEAST_BRIGHTEST)
    red, green, blue = brightest
    depth = _BLUE_LACK * math.log(red / blue) + _GREEN_LACK * math.log(red / green) + _OFFSET
    depth = min(max(depth, 0.0), _DEEPEST) * _certainty(depth, _SURELY_VARNISHED)
    lab = rgb2lab(rgb[None])[0]
    lights = tuple(float(value) for value in lab[lab[:, 0] >= np.percentile(lab[:, 0], 98)].mean(0))
    white = tuple(float(value) for value in brightest / brightest.max())
    powers = np.vander(lab[:, 0] / 100, 3)
    apart = np.hypot(*(lab[:, 1:] - powers @ np.linalg.lstsq(powers, lab[:, 1:], rcond=None)[0]).T)
    least_yellow, spread = float(np.percentile(lab[:, 2], 5)), float(np.percentile(apart, 95))
    veil = tuple(float(value) for value in np.percentile(_to_linear(rgb), _ENDS[0], axis=0))
    fault = ColourFault(white, depth, 0.0, 1.0, lights, least_yellow, spread, veil)
    if fault.is_yellowed:  # then its white was white
        usual = math.log(USUAL_WHITE[0] / USUAL_WHITE[2])
        to_white = (math.log(red / blue) - usual) / (VARNISH[2] - VARNISH[0])
        depth = min(max(depth, to_white), _DEEPEST)
    grey = _to_srgb(_without_varnish(_to_linear(rgb), depth, veil)) @ _LUMINANCE
    black, light = np.percentile(grey, _ENDS)
    return replace(fault, varnish=depth, black=float(black), light=float(max(light, black + 1 / 255)))


def repair_colours(picture: Image.Image, strength: float = 1.0, fault: ColourFault | None = None) -> Image.Image:
    """Return a picture with its varnish and fading undone.

    Args:
        picture: RGB; a tile of a larger picture if `fault` was estimated on the whole.
        strength: from 0, the picture itself, to 1.
        fault: the fault to undo; estimated on `picture` if None.

    Raises:
        InputError: the strength is out of range.
    """
    if not 0 <= strength <= 1:
        raise InputError("setting.range", name="strength", low=0, high=1)
    if strength == 0:
        return picture
    fault = fault or colour_fault(picture)
    axis = np.linspace(0, 1, _TABLE_SIDE)
    blue, green, red = np.meshgrid(axis, axis, axis, indexing="ij")  # red changes fastest, as Pillow wants it
    table = _repaired(np.stack([red, green, blue], axis=-1).reshape(-1, 3), fault, strength)
    return picture.filter(ImageFilter.Color3DLUT(_TABLE_SIDE, table.astype(np.float32).ravel()))


def _repaired(rgb: np.ndarray, fault: ColourFault, strength: float) -> np.ndarray:
    """Undo `strength` of a fault in colours (N, 3) in [0, 1]."""
    encoded = _to_srgb(_without_varnish(_to_linear(rgb), strength * fault.varnish, fault.veil))
    low, high = _wanted_ends(fault)
    scale = (high - low) / (fault.light - fault.black)
    amount = strength * _certainty(fault.fading, _SURELY_FADED)
    grey = encoded @ _LUMINANCE
    # What lies beyond the ends is pressed together, not cut off: a small red mark in a white picture is one of them.
    bright = np.interp(grey, [0, fault.black, fault.light, max(1.0, float(grey.max()))], [0, low, high, 1])
    darker = np.clip(grey - bright, 0, _MOST_DARKER)
    lowest, highest = _SATURATED
    saturation = np.ptp(rgb, axis=1) / np.maximum(rgb.max(1), 0.02)
    darker = darker * np.clip((highest - saturation) / (highest - lowest), 0, 1)
    wanted = grey + amount * (np.maximum(bright - grey, 0) - darker)
    colour = 1 + amount * (min(scale, _MOST_COLOUR) - 1)
    return _into_gamut(wanted[:, None] + colour * (encoded - grey[:, None]), rgb)


def _without_varnish(linear: np.ndarray, depth: float, veil: tuple[float, float, float]) -> np.ndarray:
    """Undo a varnish; the veil over it becomes grey: brightened as what is behind it is, it would become blue."""
    over = np.minimum(linear, veil)
    grey = over @ _LUMINANCE
    certain = min(1.0, depth / _DEEP_VARNISH)
    return (linear - over) * np.exp(depth * np.array(VARNISH)) + over + certain * (grey[..., None] - over)


def _certainty(fault: float, bounds: tuple[float, float]) -> float:
    """Return the certainty of a fault, which rises from 0 to 1 between two bounds."""
    low, high = bounds
    x = min(1.0, max(0.0, (fault - low) / (high - low)))
    return x * x * (3 - 2 * x)


def _wanted_ends(fault: ColourFault) -> tuple[float, float]:
    """Return the sRGB values to which black and white are mapped; a picture that reaches further keeps its own."""
    low, high = min(fault.black, _USUAL_ENDS[0]), max(fault.light, _USUAL_ENDS[1])
    if fault.is_dark:
        return low, min(high, low + _MOST_OF_DARK * (fault.light - fault.black))
    middle, reach = (fault.black + fault.light) / 2, (fault.light - fault.black) * _MOST_STRETCH / 2
    return max(low, middle - reach), min(high, middle + reach)


def _into_gamut(rgb: np.ndarray, before: np.ndarray) -> np.ndarray:
    """Pull colours (N, 3) near or beyond the border of [0, 1] towards the grey of the same brightness.

    Args:
        rgb: any values.
        before: the original colours in [0, 1]; one that was near the border may stay as near.
    """
    grey = _bent(rgb @ _LUMINANCE, before @ _LUMINANCE)
    saturation = _saturation(rgb - (rgb @ _LUMINANCE)[:, None], grey)
    allowed = _bent(saturation, _saturation(before - (before @ _LUMINANCE)[:, None], before @ _LUMINANCE))
    chroma = rgb - (rgb @ _LUMINANCE)[:, None]
    return grey[:, None] + chroma * (allowed / np.maximum(saturation, 1e-6))[:, None]


def _saturation(chroma: np.ndarray, grey: np.ndarray) -> np.ndarray:
    """Return how far from `grey` (N,) to the border of [0, 1] the colours grey + `chroma` (N, 3) lie: there it is 1."""
    room = np.where(chroma > 0, 1 - grey[:, None], grey[:, None])
    return (np.abs(chroma) / np.maximum(room, 1e-6)).max(1)


def _bent(x: np.ndarray, before: np.ndarray) -> np.ndarray:
    """Return `x`, bent near 0 and 1 so that it stays between them; the bends start where it was `before`, if nearer."""
    knee = np.clip(before, _KNEE, 1 - 1e-6)
    toe = np.clip(before, 1e-6, _TOE)
    low = toe * np.exp(np.minimum(x / toe, 1) - 1)
    high = knee + (1 - knee) * np.tanh((x - knee) / (1 - knee))
    return np.where(x > knee, high, np.where(x < toe, low, x))


def _to_linear(srgb: np.ndarray) -> np.ndarray:
    return np.where(srgb <= 0.04045, srgb / 12.92, ((srgb + 0.055) / 1.055) ** 2.4)


def _to_srgb(linear: np.ndarray) -> np.ndarray:
    return np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * np.maximum(linear, 1e-9) ** (1 / 2.4) - 0.055)
