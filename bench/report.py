"""What was measured: lines of JSON, tables for people, a verdict for each figure."""

import json
import os
import platform
import subprocess
import time
from collections.abc import Sequence
from typing import Any, TextIO

from bench import build


class Report:
    """Prints tables and `FIGURE name value bar PASS` lines, and keeps all of it."""

    def __init__(self) -> None:
        self.folder = build.HERE / "results"
        self.folder.mkdir(exist_ok=True)
        stamp = time.strftime("%Y%m%d-%H%M%S")
        self._lines: TextIO = (self.folder / f"{stamp}.jsonl").open("w")
        self._text: list[str] = []
        self._verdicts: list[bool] = []
        self._say(_machine())

    def keep(self, **measured: Any) -> None:
        """Keep one measurement as a line of JSON."""
        self._lines.write(json.dumps(measured) + "\n")
        self._lines.flush()

    def table(
        self, title: str, heads: Sequence[str], rows: Sequence[Sequence[object]]
    ) -> None:
        self._say(f"\n### {title}\n")
        self._say("| " + " | ".join(heads) + " |")
        self._say("|---" * len(heads) + "|")
        for row in rows:
            self._say("| " + " | ".join(_told(cell) for cell in row) + " |")

    def figure(self, name: str, value: float, bar: float, unit: str = "") -> None:
        """Judge a figure that should be at most `bar`."""
        self._judge(name, value, f"<= {bar:g}{unit}", value <= bar, unit)

    def least(self, name: str, value: float, bar: float, unit: str = "") -> None:
        """Judge a figure that should be at least `bar`."""
        self._judge(name, value, f">= {bar:g}{unit}", value >= bar, unit)

    def verdict(self) -> str:
        return f"{sum(self._verdicts)} of {len(self._verdicts)} figures within bars"

    def close(self) -> None:
        self._lines.close()
        (self.folder / "summary.md").write_text("\n".join(self._text) + "\n")

    def _judge(self, name: str, value: float, bar: str, ok: bool, unit: str) -> None:
        self._verdicts.append(ok)
        word = "PASS" if ok else "MISS"
        self._say(f"\nFIGURE {name}: {_told(value)}{unit} (bar {bar}) {word}")

    def _say(self, text: str) -> None:
        self._text.append(text)
        print(text, flush=True)


def _told(cell: object) -> str:
    if not isinstance(cell, float):
        return str(cell)
    if abs(cell) >= 100:
        return f"{cell:,.0f}"
    return f"{cell:.1f}" if abs(cell) >= 10 else f"{cell:.2f}"


def _machine() -> str:
    head = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"],
        cwd=build.HERE,
        capture_output=True,
        text=True,
        check=False,
    ).stdout.strip()
    when, load = time.strftime("%Y-%m-%d %H:%M"), os.getloadavg()[0]
    return (
        f"{when}, commit {head}, {os.cpu_count()} cores, Linux {platform.release()}, "
        f"Orbit on {_python()}, load before {load:.1f}"
    )


def _python() -> str:
    """Say which Python runs Orbit, without where it lies on this machine."""
    ours = build.HERE in build.Path(build.orbit_python()).parents
    return "the quicker Python of the bench" if ours else "the Python of bin/serve"
