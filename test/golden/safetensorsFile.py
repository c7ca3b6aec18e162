"""Writes safetensors.safetensors with the reference implementation: pip install safetensors numpy."""

import numpy as np
from safetensors.numpy import save_file

save_file(
    {
        "features.0.weight": np.arange(12, dtype=np.float32).reshape(2, 2, 3) / 8,
        "features.0.bias": np.array([-1, 0.5], dtype=np.float16),
        "double": np.array([np.pi], dtype=np.float64),
        "num_batches_tracked": np.array(7, dtype=np.int64),
        "pixels": np.array([[0, 255]], dtype=np.uint8),
        "empty": np.zeros((0, 4), dtype=np.float32),
    },
    "safetensors.safetensors",
    metadata={"format": "np", "note": "été"},
)
