"""The sabotages: what each breaks, and the smallest trial that shows it."""

from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
TRIAL = ("--sagas", "24", "--seed", "1", "--pause", "0.4", "--fault", "F11", "--faults")


@dataclass(frozen=True)
class Sabotage:
    """A patch by its name, the invariant that must be found broken, and how many answers are lost on their way meanwhile."""

    name: str
    breaks: str
    faults: int = 0

    @property
    def patch(self) -> Path:
        """Its file."""
        return HERE / f"{self.name}.patch"

    @property
    def trial(self) -> tuple[str, ...]:
        """What `symphainy chaos` is told.

        >>> Sabotage("undo-list-dropped", "I3").trial[-2:]
        ('--faults', '0')
        """
        return (*TRIAL, str(self.faults))


SABOTAGES = (
    Sabotage("idempotency-key-ignored", "I1"),
    Sabotage("effect-key-of-the-attempt", "I2", faults=4),
    Sabotage("undo-list-dropped", "I3"),
    Sabotage("lost-answer-taken-for-a-refusal", "I4", faults=4),
    Sabotage("event-number-skipped", "I5"),
    Sabotage("previous-hash-left-out", "I6"),
)
