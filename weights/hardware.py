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


def ram_bytes() -> int:
    """Memory of this machine, or what a container was given of it; 0 where nobody says."""
    import os

    whole = 0
    if hasattr(os, "sysconf") and "SC_PHYS_PAGES" in os.sysconf_names:
        whole = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    elif find_spec("psutil") is not None:  # Windows
        from importlib import import_module

        whole = int(import_module("psutil").virtual_memory().total)
    try:
        share = int(Path("/sys/fs/cgroup/memory.max").read_text())
    except (OSError, ValueError):  # not Linux, or no limit ("max")
        return whole
    return min(whole, share) if whole else share


def has_bf16() -> bool:
    """Whether the first GPU computes in bfloat16 itself; torch also says yes where it emulates."""
    if not has_gpu():
        return False
    import torch

    return bool(torch.cuda.is_bf16_supported(including_emulation=False))


def has_mps() -> bool:
    """Whether torch can use the GPU of an Apple machine; imports torch on a Mac only.

    What torch cannot do there it then does on the processor, and says so in a line.
    """
    import os
    import platform

    if platform.system() != "Darwin" or find_spec("torch") is None:
        return False
    os.environ.setdefault("PYTORCH_ENABLE_MPS_FALLBACK", "1")  # read when torch is loaded
    import torch

    return torch.backends.mps.is_available()
