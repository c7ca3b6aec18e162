"""Writes optimizers.json: some steps of torch.optim's optimizers on one parameter, and cross_entropy with label
smoothing, in float64 (torch 1.13).

python3 test/golden/optimizers.py test/golden/optimizers.json
"""

import json
import math
import sys

import torch

STEPS = 5
weights = torch.tensor([math.sin(1.7 * n) for n in range(12)], dtype=torch.float64)


def gradient(step):
    return torch.tensor([math.cos(0.9 * n + 2.3 * step) for n in range(12)], dtype=torch.float64)


def follow(make):
    """The weights after each step."""
    parameter = torch.nn.Parameter(weights.clone())
    optimizer = make([parameter])
    told = []
    for step in range(STEPS):
        parameter.grad = gradient(step)
        optimizer.step()
        told.append(parameter.tolist())
    return told


def smoothed(smoothing):
    logits = (torch.arange(15, dtype=torch.float64).reshape(3, 5) * 0.7).sin() * 4
    logits.requires_grad_()
    loss = torch.nn.functional.cross_entropy(logits, torch.tensor([0, 3, 4]), label_smoothing=smoothing)
    loss.backward()
    return {"smoothing": smoothing, "loss": loss.item(), "gradient": logits.grad.flatten().tolist()}


sgd = {"lr": 0.1, "momentum": 0.9, "weight_decay": 0.05}
golden = {
    "sgd": follow(lambda parameters: torch.optim.SGD(parameters, **sgd)),
    "nesterov": follow(lambda parameters: torch.optim.SGD(parameters, nesterov=True, **sgd)),
    "adamw": follow(
        lambda parameters: torch.optim.AdamW(
            parameters, lr=0.1, betas=(0.8, 0.95), eps=1e-6, weight_decay=0.05
        )
    ),
    "smoothed": [smoothed(smoothing) for smoothing in (0, 0.1, 0.6)],
}
with open(sys.argv[1], "w") as file:
    json.dump(golden, file, indent=1)
    file.write("\n")
