"""The garbage collector, tuned for a node and watched: its pauses are everybody's."""

import gc
import time
from collections.abc import Mapping
from typing import Literal

THRESHOLDS = (50_000, 50, 100)  # few objects a socket, so few collections are needed


class Pauses:
    """How often and for how long the collector has stopped this process."""

    def __init__(self) -> None:
        self.count, self.total_s, self.worst_s = 0, 0.0, 0.0
        self._began = 0.0

    def watch(self) -> None:
        """Take what is here out of the collector's sight, and measure from now on."""
        gc.freeze()  # what start-up made stays for life
        gc.set_threshold(*THRESHOLDS)
        gc.enable()
        gc.callbacks.append(self._seen)

    def unwatch(self) -> None:
        """Leave the collector as it is by default."""
        gc.callbacks.remove(self._seen)
        gc.set_threshold(700, 10, 10)
        gc.unfreeze()

    def info(self) -> Mapping[str, float]:
        return {
            "gc_pauses_total": self.count,
            "gc_pause_seconds_total": self.total_s,
            "gc_worst_pause_seconds": self.worst_s,
        }

    def _seen(self, phase: Literal["start", "stop"], _info: object) -> None:
        if phase == "start":
            self._began = time.perf_counter()
            return
        took = time.perf_counter() - self._began
        self.count += 1
        self.total_s += took
        self.worst_s = max(self.worst_s, took)
