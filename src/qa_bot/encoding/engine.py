"""OpenVINO, imported and used in one way: silent, checked, and compiled once for each processor."""

from __future__ import annotations

import atexit
import hashlib
import logging
import platform
import sys
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np
import numpy.typing as npt

from qa_bot.durable import broken_seals, write_atomically
from qa_bot.errors import ModelError

_log = logging.getLogger(__name__)

BUILD_ANEW = "run `qa-bot build --full`"
_HINTS = {"PERFORMANCE_HINT": "LATENCY"}


def openvino(*, converter: bool = False) -> Any:
    """Return the module ``openvino``, imported such that it reports its use to nobody.

    Its converter sends a usage event when it is imported. Only an export needs the converter, and it works without the
    telemetry package; asking, neither is imported, which also saves a third of the import's time.
    """
    unwanted = "openvino_telemetry" if converter else "openvino.tools"
    if "openvino" not in sys.modules:
        sys.modules[unwanted] = None  # type: ignore[assignment]
    import openvino as module

    return module


class Engine:
    """A compiled model, ready to run."""

    def __init__(self, compiled: Any) -> None:
        self._request = compiled.create_infer_request()
        self._one_at_a_time = Lock()

    def run(self, *inputs: npt.NDArray[np.int64]) -> npt.NDArray[np.float32]:
        """Return the first output for these inputs, in the order of the model's ports."""
        with self._one_at_a_time:
            return np.array(self._request.infer(list(inputs))[0], dtype=np.float32)


_engines: dict[str, Engine] = {}
"""Of each model that was loaded, by its key: whoever loads it again shares it.

None is let go before the process ends. OpenVINO 2026.4 now and then reads freed memory when an inference request is
destroyed, so that a process which opened one answerer after another crashed.
"""
_engines_lock = Lock()
atexit.register(_engines.clear)


def _engine(key: str, compiled: Callable[[], Any]) -> Engine:
    """Return the process's engine for a model, made of what is ``compiled`` where there is none yet."""
    # Under a lock: of two that are made at once one would be let go.
    with _engines_lock:
        if key not in _engines:
            _engines[key] = Engine(compiled())
        return _engines[key]


def load_engine(
    folder: Path, stem: str, seals: Mapping[str, Mapping[str, Any]], cache: Path, *, mend: str = BUILD_ANEW
) -> Engine:
    """Load the model ``folder/stem.xml``, compiled for this processor now or by an earlier run.

    ``seals`` are those of the folder's files. What was compiled is kept in ``cache`` under a name that tells the model,
    the engine's version and the processor, and the hash of the file itself: the engine would load a damaged one without
    a word. Raises ``ModelError``, which tells to ``mend``, where a file of the model is missing or damaged.
    """
    ov = openvino()
    core = ov.Core()
    seals = {name: seal for name, seal in seals.items() if name.startswith(f"{stem}.")}
    prefix = f"{stem}-{_key(core, ov.get_version(), seals)}"
    for kept in cache.glob(f"{prefix}.*.blob"):
        try:
            blob = _read(ov, kept)
            if hashlib.sha256(blob.data).hexdigest() == kept.name.split(".")[-2]:
                return _engine(prefix, partial(core.import_model, blob, "CPU", _HINTS))
            _log.warning("the compiled model %s is damaged and is made anew", kept)
        except (OSError, ValueError, RuntimeError) as error:
            _log.warning("the compiled model %s can't be used and is made anew: %s", kept, error)
    check_files(folder, seals, mend=mend)
    compiled = core.compile_model(str(folder / f"{stem}.xml"), "CPU", _HINTS)
    _keep(cache, stem, prefix, compiled)
    return _engine(prefix, lambda: compiled)


def _read(ov: Any, path: Path) -> Any:
    """Return a file's bytes in a tensor of the engine's own.

    A model that was imported goes on reading the memory it came from. What the engine allocated it keeps as long as the
    model lives; memory of ours (an array, a mapped file) could be gone before the last part of the model is.
    """
    tensor = ov.Tensor(ov.Type.u8, ov.Shape([path.stat().st_size]))
    with path.open("rb") as file:
        if file.readinto(tensor.data) != tensor.data.nbytes:
            raise OSError(f"{path} changed while it was read")
    return tensor


def check_files(folder: Path, seals: Mapping[str, Mapping[str, Any]], *, mend: str = BUILD_ANEW) -> None:
    """Raise ``ModelError``, which tells to ``mend``, where a file of a model isn't as its seal says."""
    if faults := broken_seals(folder, seals):
        raise ModelError(f"the exported model is damaged: {faults[0]}; {mend}")


def _key(core: Any, version: str, seals: Mapping[str, Mapping[str, Any]]) -> str:
    """What a compiled model depends on: the files, the engine, the processor and what it can do."""
    facts = [
        *(seals[name]["sha256"] for name in sorted(seals)),
        version,
        platform.machine(),
        core.get_property("CPU", "FULL_DEVICE_NAME"),
        *core.get_property("CPU", "OPTIMIZATION_CAPABILITIES"),
    ]
    return hashlib.sha256("\n".join(map(str, facts)).encode()).hexdigest()[:16]


def _keep(cache: Path, stem: str, prefix: str, compiled: Any) -> None:
    """Keep a compiled model, in place of older ones, where the folder may be written to; it only saves time."""
    try:
        blob = compiled.export_model().getvalue()
        cache.mkdir(parents=True, exist_ok=True)
        for older in cache.glob(f"{stem}-*.blob"):
            older.unlink(missing_ok=True)
        write_atomically(cache / f"{prefix}.{hashlib.sha256(blob).hexdigest()}.blob", blob)
    except (OSError, RuntimeError) as error:
        _log.debug("the compiled model is not kept: %s", error)


def shortened(encoding: Any, most: int) -> list[int]:
    """Return the first ``most`` tokens, the last ones replaced by the special ones that close every text.

    The tokenizer's own truncation does the same, but it is switched for all threads at once.
    """
    ids: list[int] = encoding.ids
    if len(ids) <= most:
        return ids
    closing = next((n for n, special in enumerate(reversed(encoding.special_tokens_mask)) if not special), 0)
    return [*ids[: most - closing], *ids[len(ids) - closing :]]
