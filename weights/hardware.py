"""What this machine has to run models on."""

from __future__ import annotations

import functools
import shutil
from importlib.util import find_spec
from pathlib import Path


def may_have_gpu() -> bool:
    """Whether this machine shows any sign of a GPU torch could use; costs no import."""
    signs = ("/dev/nvidia0", "/dev/nvidiactl", "/dev/dxg", "/dev/kfd")
    return any(Path(sign).exists() for sign in signs) or shutil.which("nvidia-smi") is not None


@functools.cache
def has_gpu() -> bool:
    """Whether torch can use a CUDA or ROCm GPU; torch is imported only where there is a sign of one."""
    if not may_have_gpu() or find_spec("torch") is None:
        return False
    import torch

    return torch.cuda.is_available()


def gpu_bytes() -> int:
    """Memory of the first GPU; 0 without one."""
    if not has_gpu():
        return 0
    import torch

    return int(torch.cuda.get_device_properties(0).total_memory)


def free_gpu_bytes() -> int:
    """What of it nobody has taken yet; 0 without one."""
    if not has_gpu():
        return 0
    import torch

    return int(torch.cuda.mem_get_info(0)[0])


def has_bf16() -> bool:
    """Whether the first GPU computes in bfloat16 itself; torch also says yes where it emulates."""
    if not has_gpu():
        return False
    import torch

    return bool(torch.cuda.is_bf16_supported(including_emulation=False))


def has_mps() -> bool:
    """Whether torch can use the GPU of an Apple machine; imports torch on a Mac only."""
    import platform

    if platform.system() != "Darwin" or find_spec("torch") is None:
        return False
    import torch

    return torch.backends.mps.is_available()
