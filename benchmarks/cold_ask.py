"""A cold ``qa-bot ask`` against ``plain_script.py``, whole processes in turn: medians of wall time and peak memory.

Run from the repository's root: ``python benchmarks/cold_ask.py [RUNS]``. The ratio holds where the seconds don't.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

QUESTION = "How many detainers did ICE issue on Sunday?"
PLAIN = str(Path(__file__).with_name("plain_script.py"))


def measured(command: list[str]) -> tuple[float, float]:
    """Run a command; return its wall time in seconds and its peak resident memory in MiB."""
    began = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - began
    if os.waitstatus_to_exitcode(status) != 0:
        sys.exit(f"{' '.join(command)} failed")
    return seconds, usage.ru_maxrss / 1024


def main() -> None:
    """Build both indexes, warm both up once, then measure them in turn."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 7
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {"QA_BOT_INDEX_DIR": f"{folder}/index", "HF_HUB_OFFLINE": "1"}
        ours = [sys.executable, "-m", "qa_bot", "ask", QUESTION]
        theirs = [sys.executable, PLAIN, "ask", f"{folder}/plain", QUESTION]
        for setup in ([sys.executable, "-m", "qa_bot", "build"], [sys.executable, PLAIN, "build", f"{folder}/plain"]):
            measured(setup)
        figures: dict[str, list[tuple[float, float]]] = {"qa-bot": [], "script": []}
        for run in range(runs + 1):
            for name, command in (("qa-bot", ours), ("script", theirs)):
                result = measured(command)
                if run:
                    figures[name].append(result)
    medians = {
        name: [statistics.median(column) for column in zip(*rows, strict=True)] for name, rows in figures.items()
    }
    for name, (seconds, mebibytes) in medians.items():
        print(f"{name:<7} {seconds:6.2f} s  {mebibytes:5.0f} MiB  (medians of {runs})")
    faster = medians["script"][0] / medians["qa-bot"][0]
    print(f"qa-bot is {faster:.1f} times as fast in {medians['qa-bot'][1] / medians['script'][1]:.0%} of the memory")


if __name__ == "__main__":
    main()
