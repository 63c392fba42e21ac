"""A visitor's work on the Generate tab: the wall, the current picture, and their history."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from deepart.errors import InputError
from deepart.tasks.generate.generate import DEFAULT_CHECKPOINT
from deepart.tasks.generate.genome import Genome

MOST_KNOWN = 400
"""Pictures whose origin is remembered."""
MOST_WALLS = 30
"""Walls that one can go back to."""
MOST_ON_WALL = 48


@dataclass(slots=True)
class Studio:
    """One visitor's work, changed in place by the handlers of the tab."""

    checkpoint: str = DEFAULT_CHECKPOINT
    """Checkpoint that paints the next pictures."""
    is_open: bool = False
    """Whether the tab has been looked at."""
    wall: list[Genome] = field(default_factory=list)
    tiles: dict[str, str] = field(default_factory=dict)
    """Small pictures of those on the wall that have been painted, by their ids."""
    base: Genome | None = None
    """The picture that was picked."""
    easel: Genome | None = None
    """The picked picture as it has been changed since; it is the one that is shown."""
    partner: Genome | None = None
    """The picture that `base` is crossed with."""
    liked: tuple[str, ...] = ()
    open_panels: set[str] = field(default_factory=set)
    """Those that show the picture, or the wall, themselves."""
    on_canvas: str | None = None
    """`id` of the picture that regions are painted on."""
    known: dict[str, Genome] = field(default_factory=dict)
    """Pictures by their ids, the latest last."""
    past: list[list[Genome]] = field(default_factory=list)
    """Earlier walls, the latest last."""

    def hang(self, genomes: Sequence[Genome], pick: int = 0) -> None:
        """Hang other pictures and pick one of them; the earlier ones can be gone back to."""
        others = list({genome.id: genome for genome in genomes}.values())
        if self.wall and self.wall != others:
            self.past = [*self.past, self.wall][-MOST_WALLS:]
        self._show(others, pick)

    def back(self) -> None:
        """Hang the pictures again that hung there before.

        Raises:
            InputError: there are none.
        """
        if not self.past:
            raise InputError("generate.no_past")
        self._show(self.past.pop(), 0)

    def pick(self, genome: Genome) -> None:
        """Look at a picture."""
        self.base = self.easel = genome

    @property
    def can_keep(self) -> bool:
        """Whether a picture is looked at that does not hang on the wall."""
        return self.easel is not None and self.easel.id not in {genome.id for genome in self.wall}

    def keep(self) -> None:
        """Hang the picture that is looked at beside the others."""
        if self.can_keep:
            self.wall = [self.easel, *self.wall][:MOST_ON_WALL]
        self.pick(self.picture())

    def remember(self, genome: Genome) -> None:
        """Remember how a picture came about."""
        self.known.pop(genome.id, None)
        self.known[genome.id] = genome
        while len(self.known) > MOST_KNOWN:
            del self.known[next(iter(self.known))]

    def picture(self) -> Genome:
        """Return the picture that is looked at.

        Raises:
            InputError: there is none.
        """
        if self.easel is None:
            raise InputError("generate.no_picture")
        return self.easel

    def likes(self) -> list[Genome]:
        """Return the pictures on the wall that are liked."""
        return [genome for genome in self.wall if genome.id in self.liked]

    def _show(self, genomes: list[Genome], pick: int) -> None:
        self.wall, self.liked = genomes, ()
        for genome in genomes:
            self.remember(genome)
        self.pick(genomes[min(pick, len(genomes) - 1)])
