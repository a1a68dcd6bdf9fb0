"""Checkpoints of Hugging Face: reading one from a folder or the hub, and what it says about itself."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from ..errors import LooktwiceError, ModelError, OfflineError, UsageError, WeightsError
from ..extensions.extras import needs
from . import hardware

_GPU_KERNELS = ("fla", "causal_conv1d")
"""Packages with kernels of linear attention."""
_UNSTATED_CONTEXT = 4_096
"""Assumed where a checkpoint does not say how much it can read."""


@dataclass(frozen=True)
class Parts:
    """What a checkpoint consists of; `processor` is the tokenizer itself for text-only models."""

    model: Any
    processor: Any
    sees_images: bool

    @property
    def tokenizer(self) -> Any:
        return getattr(self.processor, "tokenizer", self.processor)


def load(
    source: str,
    revision: str | None,
    device: str | None,
    dtype: str | None,
    offline: bool,
    bits: Literal[4, 16] = 16,
) -> Parts:
    """Read a checkpoint; every way it can fail becomes one of our errors, naming the source.

    Args:
        source: a folder, or a name on the hub.
        revision: branch, tag or commit on the hub.
        device: as torch names it; None takes the GPU where there is one.
        dtype: bfloat16, float16 or float32; None takes what suits the device.
        offline: never fetch.
        bits: 4 quantises the matrices of the language model while they are read.

    Raises:
        WeightsError: it cannot be read (OfflineError: not without fetching it).
        ModelError: it does not fit into memory.
        UsageError: there is no such device or type here.
    """
    import torch

    is_folder = _check_place(source)
    place, kind = _device(device), _dtype(dtype, _device(device))
    try:
        return _read(source, revision, place, kind, offline or is_folder, bits)
    except torch.OutOfMemoryError as error:
        raise ModelError(
            f"{source} does not fit into the GPU's memory ({error}); use a smaller model or "
            'device="auto" to spread it'
        ) from error
    except LooktwiceError:
        raise
    except Exception as error:
        if offline and not is_folder and isinstance(error, OSError):
            raise OfflineError(
                f"{source} is not on this machine, and fetching it is forbidden while offline; "
                "fetch it once online or give a folder"
            ) from error
        raise WeightsError(
            f"cannot load a model from {source}: {type(error).__name__}: {error}"
        ) from error


def _read(
    source: str,
    revision: str | None,
    place: str,
    kind: Any,
    local_only: bool,
    bits: Literal[4, 16],
) -> Parts:
    import transformers as hf

    # Naming the branch "main" would let the library ask a hub service to convert old weights.
    options: dict[str, Any] = {
        "revision": None if revision == "main" else revision,
        "local_files_only": local_only,
        "trust_remote_code": False,
    }
    config = hf.AutoConfig.from_pretrained(source, **options)
    sees_images = is_vision_language(config)
    processor = (hf.AutoProcessor if sees_images else hf.AutoTokenizer).from_pretrained(
        source, **options
    )
    # The attention is left to the library, which takes SDPA wherever the model allows it.
    model, report = (
        hf.AutoModelForImageTextToText if sees_images else hf.AutoModelForCausalLM
    ).from_pretrained(
        source,
        dtype=kind,
        use_safetensors=True,
        output_loading_info=True,
        device_map=None if place == "cpu" else place,
        **({"quantization_config": _four_bits(kind)} if bits == 4 else {}),
        **options,
    )
    if missing := sorted(report["missing_keys"]):
        raise WeightsError(
            f"{source} is incomplete: {len(missing)} weights are missing, the first is "
            f"{missing[0]}; fetch it again"
        )
    return Parts(model.eval(), processor, sees_images)


def _four_bits(kind: Any) -> Any:
    """NF4 with scales quantised, too (QLoRA; Dettmers et al., 2023); what sees stays as it is."""
    with needs("gpu"):
        import bitsandbytes  # noqa: F401  # the library below only says that something is missing
        from transformers import BitsAndBytesConfig

    return BitsAndBytesConfig(
        load_in_4bit=True,
        bnb_4bit_quant_type="nf4",
        bnb_4bit_use_double_quant=True,
        bnb_4bit_compute_dtype=kind,
        llm_int8_skip_modules=[r"(.*\.)?(visual|vision_tower|vision_model|lm_head)"],
    )


@contextmanager
def kernels_for(place: str) -> Iterator[None]:
    """Import architectures in here, so that on a CPU they take no kernels which are for GPUs only.

    The library takes them up when an architecture is imported, wherever their package is installed,
    and then fails on a CPU.
    """
    hidden = _GPU_KERNELS if place == "cpu" else ()
    before = {name: sys.modules.get(name) for name in hidden}
    sys.modules.update(dict.fromkeys(hidden))  # type: ignore[arg-type]  # None: not to be found
    try:
        yield
    finally:
        for name, module in before.items():
            if module is None:
                sys.modules.pop(name, None)
            else:
                sys.modules[name] = module


def _check_place(source: str) -> bool:
    """True for a folder, False for a hub name."""
    if Path(source).is_dir():
        return True
    if Path(source).exists() or source.count("/") > 1 or source.startswith((".", "/", "~")):
        raise WeightsError(f"{source} is not a folder with a model in it (nor a hub name)")
    return False


def _device(wanted: str | None) -> str:
    import torch

    found = torch.cuda.is_available()
    if wanted is None:
        return "cuda" if found else "cpu"
    if wanted.startswith("cuda") and not found:
        raise UsageError(f'device="{wanted}" was asked for, but no CUDA GPU is usable here')
    return wanted


def _dtype(wanted: str | None, device: str) -> Any:
    import torch

    kinds = {
        "bfloat16": torch.bfloat16,
        "float16": torch.float16,
        "float32": torch.float32,
    }
    if wanted is None:
        if device == "cpu" or not torch.cuda.is_available():
            return torch.float32
        return torch.bfloat16 if hardware.has_bf16() else torch.float16
    if wanted not in kinds:
        raise UsageError(f"expected a dtype of {', '.join(kinds)}, got {wanted!r}")
    return kinds[wanted]


def is_vision_language(config: Any) -> bool:
    """Whether a checkpoint of this configuration sees pictures."""
    from transformers.models.auto.modeling_auto import (
        MODEL_FOR_IMAGE_TEXT_TO_TEXT_MAPPING_NAMES as kinds,
    )

    return config.model_type in kinds


def context_of(parts: Parts) -> int:
    """Tokens it can read and write at once."""
    text = parts.model.config.get_text_config()
    stated = getattr(text, "max_position_embeddings", None)
    return int(stated or _UNSTATED_CONTEXT)


def stop_ids(parts: Parts) -> tuple[int, ...]:
    """Tokens that end a turn, by the checkpoint's generation settings and by its tokenizer."""
    stated = parts.model.generation_config.eos_token_id
    ids = list(stated) if isinstance(stated, list | tuple) else [stated]
    ids.append(parts.tokenizer.eos_token_id)
    return tuple(dict.fromkeys(int(i) for i in ids if i is not None))


def pad_id(tokenizer: Any, stop_ids: Sequence[int]) -> int | None:
    """The token that fills up a batch; any that ends a turn will do."""
    if tokenizer.pad_token_id is not None:
        return int(tokenizer.pad_token_id)
    return stop_ids[0] if stop_ids else None
