"""Every setting in one place: a field with its default, its range and the values that a page offers.

The fields of a verb's options, such as `PaintOptions`, define how values are checked, what a recipe records, the
options of the command line, the parameters of the public functions and of the endpoints, and the controls of the pages.
Their label and help are the texts `option.NAME` and `option.NAME.help` (`option.restore.NAME` for Restore, and so on).
A new setting needs a field here, its use, and its texts. A setting that a recipe leaves out had its default.
"""

from __future__ import annotations

import dataclasses
import functools
import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from numbers import Real
from typing import Any, ClassVar, Literal, TypeVar, Union, get_args

from deepart.errors import InputError
from deepart.text import say

T = TypeVar("T")

ColourMode = Literal["style", "luminance", "matched", "palette"]
"""The style's colours; the photo's, on the painting's brightness or by statistics; the style's, on the unchanged photo.
"""

Look = Literal["faithful", "crisp"]
"""How a picture is enlarged: faithfully, or with fine detail that may be invented."""

Finish = Literal["painted", "plain"]
"""Whether a generated picture is painted again in the brushwork of its style, or left as the network painted it."""

Answer = Literal["fill", "ask", "leave"]
"""What to do with damage that was found."""

Easing = Literal["smooth", "linear", "hold"]
"""How a walk moves from one picture to the next: slowly at both ends, evenly, or with a pause at each."""

Strength = Union[float, Literal["auto"]]
"""A number from 0 to 1, or "auto", which measures the best one."""


@dataclass(frozen=True, slots=True)
class Setting:
    """The description of one setting.

    Args:
        low: the least value, of a number.
        high: the greatest.
        choices: all allowed values, of a word or a number.
        offered: values that a page offers for a number that may be None; other numbers have a slider.
        is_whole: whether the number is an integer.
        may_be_auto: whether "auto" is allowed; the number is then measured.
        is_recorded: whether a recipe records it even at its default.
        unit: the unit shown after a number.
        name: that of the field.
        default: that of the field.
        words: the prefix of the keys of its texts.
    """

    low: float = 0
    high: float = 1
    choices: tuple[Any, ...] = ()
    offered: tuple[float, ...] = ()
    is_whole: bool = False
    may_be_auto: bool = False
    is_recorded: bool = False
    unit: str = ""
    name: str = ""
    default: Any = None
    words: str = "option"

    @property
    def is_flag(self) -> bool:
        """Whether it is a Boolean."""
        return isinstance(self.default, bool)

    @property
    def is_number(self) -> bool:
        """Whether it is a number, "auto" and None included."""
        return not (self.is_flag or isinstance(self.default, str)) or self.may_be_auto

    @property
    def is_text(self) -> bool:
        """Whether it is free text."""
        return isinstance(self.default, str) and not self.choices and not self.may_be_auto

    @property
    def left_out(self) -> Any:
        """The value that stands for its default in an endpoint or on a page: 0 for None if 0 is not allowed."""
        return 0 if self.default is None and self.low > 0 else self.default

    def check(self, value: object) -> None:
        """Refuse a value.

        Raises:
            InputError: the value is out of range, or not one of the choices.
        """
        if self.choices:
            if value not in self.choices:
                raise InputError("setting.choice", name=self.name, choices=", ".join(map(str, self.choices)))
        elif not (
            self.is_flag
            or self.is_text
            or (value is None and self.default is None)
            or (self.may_be_auto and value == "auto")
        ):
            (check_whole if self.is_whole else check_range)(self.name, value, self.low, self.high)

    def read(self, value: object) -> Any:
        """Convert a value from a page, an endpoint or the command line; see `left_out`.

        Raises:
            InputError: it is a word where a number or "auto" is expected.
        """
        if value == self.left_out or value is None:
            return self.default
        if self.is_text:
            return str(value).strip() or self.default
        if self.may_be_auto and isinstance(value, str) and value != "auto":
            try:
                return float(value)
            except ValueError as error:
                raise InputError("restore.strength", name=self.name) from error
        return int(value) if self.is_whole and isinstance(value, Real) else value

    def help(self, language: str = "en") -> str:
        """Return the sentence that explains the setting."""
        return say(f"{self.words}.{self.name}.help", language)


def setting(default: Any, low: float = 0, high: float = 1, **facts: Any) -> Any:
    """Return a field of `Options`; see `Setting` for the arguments."""
    return dataclasses.field(default=default, metadata={"setting": Setting(low, high, **facts)})


@dataclass(frozen=True, slots=True)
class Options:
    """Settings that belong together; a subclass names them with `setting`."""

    WORDS: ClassVar[str] = "option"
    """The prefix of the keys of their texts."""

    @classmethod
    @functools.cache
    def settings(cls) -> Mapping[str, Setting]:
        """Return the settings by name."""
        return {
            field.name: dataclasses.replace(
                field.metadata["setting"], name=field.name, default=field.default, words=cls.WORDS
            )
            for field in dataclasses.fields(cls)
            if "setting" in field.metadata
        }

    def check(self) -> None:
        """Refuse values that are out of range; integers of any type become `int`.

        Raises:
            InputError: something is.
        """
        for name, known in self.settings().items():
            value = getattr(self, name)
            known.check(value)
            if known.is_whole and value is not None:
                object.__setattr__(self, name, int(value))

    def recipe(self) -> dict[str, Any]:
        """Return the settings that a recipe should record."""
        values = {name: getattr(self, name) for name in self.settings()}
        return {
            name: float(value) if isinstance(value, Real) and not known.is_whole and not known.is_flag else value
            for (name, known), value in zip(self.settings().items(), values.values())
            if known.is_recorded or value != known.default
        }

    @classmethod
    def from_recipe(cls, recipe: Mapping[str, object]) -> Any:
        """Return the options that a recipe records; missing or invalid settings get their defaults."""
        found = {}
        for name in cls.settings().keys() & recipe.keys():
            try:
                cls.settings()[name].check(recipe[name])
            except InputError:  # somebody has written it by hand
                continue
            found[name] = recipe[name]
        return cls(**found)

    @classmethod
    def read(cls, values: Mapping[str, object]) -> Any:
        """Return the options from the values of a page, an endpoint or the command line; other names are ignored."""
        return cls(**{name: known.read(values[name]) for name, known in cls.settings().items()})


THUMBNAIL_SIDE, SMALL_SIDE = 160, 600
"""Longer sides in pixels: a picture up to the first is a thumbnail, one below the second is small."""


@dataclass(frozen=True, slots=True)
class PaintOptions(Options):
    """Settings of a painting that do not depend on its styles."""

    size: int | None = setting(
        None, 64, 8192, offered=(512, 1024, 1600, 2048, 4096), is_whole=True, is_recorded=True, unit="px"
    )
    colour: ColourMode = setting("style", choices=get_args(ColourMode), is_recorded=True)
    brush: float | None = setting(None, 0.25, 4, offered=(0.5, 1, 2, 4))
    protect_faces: float = setting(0.3)
    contrast: float = setting(1.0, 0.5, 2)

    def for_picture(self, longest: int) -> PaintOptions:
        """Return the options for a picture whose longer side has `longest` pixels.

        In a small picture, strokes of the usual size would swallow the subject: unless a brush is given, the brush is
        made proportional to the picture. For thumbnails that is not worth the time.
        """
        is_small = THUMBNAIL_SIDE < longest < SMALL_SIDE
        return dataclasses.replace(self, brush=1.0) if self.brush is None and is_small else self


@dataclass(frozen=True, slots=True)
class RefineOptions(Options):
    """How a painting is refined."""

    WORDS: ClassVar[str] = "option.refine"

    alpha: float = setting(1.0, 0, 100, is_recorded=True)
    beta: float = setting(2.0, 0, 100, is_recorded=True)
    iterations: int = setting(72, 1, 1000, is_whole=True, is_recorded=True)


@dataclass(frozen=True, slots=True)
class FitOptions(Options):
    """How a style is fitted to pictures."""

    WORDS: ClassVar[str] = "option.fit"

    iterations: int = setting(48, 1, 400, is_whole=True)


@dataclass(frozen=True, slots=True)
class MorphOptions(Options):
    """How a film is made of a picture that changes its style."""

    WORDS: ClassVar[str] = "option.morph"

    frames_between: int = setting(24, 0, 120, is_whole=True, is_recorded=True)
    hold: int = setting(6, 1, 60, is_whole=True, is_recorded=True)
    strength: float = setting(1.0, is_recorded=True)
    loop: bool = setting(False, is_recorded=True)


@dataclass(frozen=True, slots=True)
class FilmOptions(Options):
    """How a film is painted."""

    WORDS: ClassVar[str] = "option.film"

    strength: float = setting(1.0, is_recorded=True)
    side: int = setting(480, 128, 720, is_whole=True, is_recorded=True)
    colour: ColourMode = setting("style", choices=get_args(ColourMode), is_recorded=True)
    contrast: float = setting(1.0, 0.5, 2)


@dataclass(frozen=True, slots=True)
class RestoreOptions(Options):
    """Settings of a restoration that do not depend on its masks and restorers."""

    WORDS: ClassVar[str] = "option.restore"

    clean: Strength = setting("auto", may_be_auto=True)
    upscale: int = setting(1, choices=(1, 2, 4), is_whole=True, unit="×")
    look: Look = setting("faithful", choices=get_args(Look))
    keep_paint: float | None = setting(None)
    colour: Strength = setting(0.0, may_be_auto=True)
    detect: bool = setting(False)
    damage: Answer = setting("leave", choices=get_args(Answer))
    straighten: bool = setting(False)
    colourise: float = setting(0.0)
    extend: str = setting("")
    size: int | None = setting(None, 64, 8192, offered=(1024, 1600, 2048, 3072, 4096), is_whole=True, unit="px")


MOST_SEED, MOST_TRUNCATION = 2**53 - 1, 1.5
"""Largest seed: every program that reads JSON represents integers up to it exactly."""


@dataclass(frozen=True, slots=True)
class GenerateOptions(Options):
    """Settings of generated pictures that do not depend on the generator."""

    WORDS: ClassVar[str] = "option.generate"

    seed: int | None = setting(None, 0, MOST_SEED, is_whole=True)
    count: int = setting(1, 1, 64, is_whole=True)
    style: str = setting("any")
    truncation: float = setting(1.0, 0, MOST_TRUNCATION)
    genre: str = setting("any")
    finish: Finish = setting("painted", choices=get_args(Finish))
    upscale: int = setting(1, choices=(1, 2, 4), is_whole=True, unit="×")
    look: Look = setting("faithful", choices=get_args(Look))
    freedom: float = setting(0.2)
    amount: float = setting(0.35)


@dataclass(frozen=True, slots=True)
class WalkOptions(Options):
    """How a film goes from one generated picture to the next."""

    WORDS: ClassVar[str] = "option.walk"

    frames: int = setting(60, 2, 600, is_whole=True)
    loop: bool = setting(True)
    easing: Easing = setting("smooth", choices=get_args(Easing))
    fps: int = setting(24, 1, 60, is_whole=True)


def with_options(options: type[Options], *in_order: str) -> Callable[[Callable[..., T]], Callable[..., T]]:
    """Let a function that takes `options` be called with the settings by name (`brush=2`), as its help then says.

    The parameter `options` is replaced by one parameter for each setting, and its line in the docstring by one line for
    each. Settings named by `in_order` may be given by position.
    """

    def decorate(verb: Callable[..., T]) -> Callable[..., T]:
        signature = inspect.signature(verb)
        named = [
            inspect.Parameter(
                field.name,
                inspect.Parameter.POSITIONAL_OR_KEYWORD if field.name in in_order else inspect.Parameter.KEYWORD_ONLY,
                default=field.default,
                annotation=field.type,
            )
            for field in dataclasses.fields(options)
        ]
        parameters = list(signature.parameters.values())
        place = next(index for index, each in enumerate(parameters) if each.annotation == options.__name__)
        whole = parameters[place].name

        @functools.wraps(verb)
        def called(*args: Any, **kwargs: Any) -> T:
            values = called.__signature__.bind(*args, **kwargs).arguments
            given = {name: values.pop(name) for name in options.settings() if name in values}
            return verb(**values, **{whole: options(**given)})

        called.__signature__ = signature.replace(parameters=[*parameters[:place], *named, *parameters[place + 1 :]])
        lines = "\n".join(f"        {name}: {known.help()}" for name, known in options.settings().items())
        called.__doc__ = (verb.__doc__ or "").replace(f"        {whole}: see `{options.__name__}`.", lines)
        return called

    return decorate


def check_whole(name: str, value: object, low: int, high: int) -> int:
    """Return a number of any type as an `int` within [low, high].

    Raises:
        InputError: it is not an integer, or is out of range.
    """
    check_range(name, value, low, high)
    if value != int(value):
        raise InputError("setting.whole", name=name, low=low, high=high)
    return int(value)


def check_range(name: str, value: object, low: float, high: float) -> None:
    """Refuse a setting outside [low, high].

    Raises:
        InputError: it is outside, or not a number.
    """
    if not isinstance(value, Real) or isinstance(value, bool) or not low <= value <= high:
        raise InputError("setting.range", name=name, low=low, high=high)
