"""What becomes of a process that does not end."""

import subprocess
import sys
from textwrap import dedent

from orbit.watchdog import SOFTWARE

BEGIN = """
import asyncio, time
from orbit import watchdog
watchdog.END_S = 0.5
"""


def ended(program: str) -> tuple[int, str]:
    """Return how a process ended that is about to, and what it said."""
    text = BEGIN + dedent(program)
    words = [sys.executable, "-c", text]
    done = subprocess.run(
        words, capture_output=True, text=True, check=False, timeout=30
    )
    return done.returncode, done.stderr


def test_a_task_that_hangs_is_named_and_the_process_ends() -> None:
    code, said = ended("""
        async def hang():
            await asyncio.sleep(600)
        async def close_something():
            await hang()
        async def main():
            watchdog.begin()
            await close_something()
        asyncio.run(main())
    """)
    assert code == SOFTWARE
    assert "the node does not end" in said
    inner, outer = (said.index(name) for name in ("hang:", "close_something:"))
    assert inner < outer


def test_what_hangs_after_the_loop_is_named_too() -> None:
    code, said = ended("""
        def stay():
            time.sleep(600)
        async def main():
            asyncio.get_running_loop().run_in_executor(None, stay)
            watchdog.begin()
        asyncio.run(main())
    """)
    assert code == SOFTWARE
    assert "in stay" in said


def test_a_loop_that_is_blocked_is_no_way_out() -> None:
    code, said = ended("""
        def block():
            time.sleep(600)
        async def main():
            watchdog.begin()
            block()
        asyncio.run(main())
    """)
    assert code == SOFTWARE
    assert "in block" in said


def test_it_ends_where_nobody_can_be_told() -> None:
    code, said = ended("""
        import sys
        async def main():
            watchdog.begin()
            sys.stderr.close()
            await asyncio.sleep(600)
        asyncio.run(main())
    """)
    assert (code, said) == (SOFTWARE, "")


def test_who_ends_in_time_is_left_alone() -> None:
    assert ended("""
        async def main():
            watchdog.begin()
            await asyncio.sleep(0.1)
        asyncio.run(main())
    """) == (0, "")
