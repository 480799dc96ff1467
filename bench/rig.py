"""What every figure needs: servers in turns, rounds, medians."""

import statistics
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.load import Result
from bench.report import Report
from bench.scene import Scene, scene
from bench.servers import Server, serving

Measure = Callable[[Server, Scene | None], Result]


@dataclass
class Rig:
    """One run of the bench."""

    data: Path  # Orbit's folder
    report: Report
    servers: Sequence[str]  # that can be run here
    rounds: int
    seconds: float
    quick: bool

    def those(self, *names: str) -> list[str]:
        """Return which of these servers are to be measured."""
        return [name for name in names if name in self.servers]

    def rounds_of(
        self,
        test: str,
        names: Iterable[str],
        measure: Measure,
        *,
        subscribers: int = 0,
        boards: int = 1,
    ) -> dict[str, list[Result]]:
        """Measure servers in turns; each starts anew, Orbit with fresh boards."""
        results: dict[str, list[Result]] = {name: [] for name in names}
        for number in range(self.rounds):
            for name, mine in results.items():
                with serving(name, self.data) as server:
                    made = None
                    if name.startswith("orbit"):
                        made = self.scene(server, subscribers, boards)
                    result = measure(server, made)
                self.report.keep(test=test, server=name, round=number, **result)
                mine.append(result)
        return results

    def scene(self, server: Server, subscribers: int, boards: int = 1) -> Scene:
        """Make fresh boards with an author each."""
        return scene(
            server, self.data, subscribers=subscribers, boards=boards, authors=boards
        )


def median(results: Iterable[Result], of: Callable[[Result], float]) -> float:
    return statistics.median([float(of(result)) for result in results])


def ratio(
    ours: Sequence[Result], theirs: Sequence[Result], of: Callable[[Result], float]
) -> float:
    """Return the median of the ratios, round by round: the machine changes its pace."""
    pairs = zip(ours, theirs, strict=True)
    return statistics.median([of(mine) / of(other) for mine, other in pairs])


def wrong(results: Iterable[Result]) -> int:
    """Return how many deliveries were lost, doubled or out of order, in all rounds."""
    return sum(r["lost"] + r["dup"] + r["out_of_order"] for r in results)


def ms(name: str) -> Callable[[Result], float]:
    """Return what reads a latency, in ms."""
    return lambda result: float(result[f"{name}_us"]) / 1e3
