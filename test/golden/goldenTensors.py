"""What goes into the golden files: tensors that are hashed and need not be stored, and samples of those that come out."""

import numpy as np


def hashed(seed, number, n):
    """n numbers in [-1, 1): tensor `number` of a seed, as test/engine/hashedTensors.ts has it."""
    mask = np.uint64(0xFFFFFFFF)
    h = (np.uint64(seed) + np.uint64(number) * np.uint64(0x632BE5AB) + np.arange(n, dtype=np.uint64) * np.uint64(0x9E3779B1)) & mask
    h ^= h >> np.uint64(16)
    h = (h * np.uint64(0x85EBCA6B)) & mask
    h ^= h >> np.uint64(13)
    h = (h * np.uint64(0xC2B2AE35)) & mask
    h ^= h >> np.uint64(16)
    return 2 * ((h >> np.uint64(8)).astype(np.float64) / 2**24) - 1


def sample(x, k=24):
    flat = x.detach().double().reshape(-1)
    at = [int(i) for i in np.unique(np.linspace(0, flat.numel() - 1, k).astype(np.int64))]
    return {
        "shape": list(x.shape),
        "l2": float(flat.norm()),
        "sum": float(flat.sum()),
        "at": at,
        "values": [float(flat[i]) for i in at],
    }
