"""Writes alexnet-2012.json: a forward and a backward pass of the 2012 network in PyTorch, two towers as two groups, its
response norm as torch.nn.LocalResponseNorm of alpha times 5; dropout off. Run with PyTorch 1.13 or later:
python test/golden/alexnet2012.py

Weights and images are hashed as in the other golden files (test/engine/hashedTensors.ts): weights of seed 2012, images
tensor 0 of seed 2013."""

import json
import math
import os

import numpy as np
import torch
from goldenTensors import hashed, sample
from torch import nn


def lrn():
    return nn.LocalResponseNorm(5, alpha=5e-4, beta=0.75, k=2.0)


def network(classes, features):
    return nn.ModuleDict(
        {
            "features": nn.Sequential(
                nn.Conv2d(3, 96, 11, stride=4),
                nn.ReLU(),
                lrn(),
                nn.MaxPool2d(3, 2),
                nn.Conv2d(96, 256, 5, padding=2, groups=2),
                nn.ReLU(),
                lrn(),
                nn.MaxPool2d(3, 2),
                nn.Conv2d(256, 384, 3, padding=1),
                nn.ReLU(),
                nn.Conv2d(384, 384, 3, padding=1, groups=2),
                nn.ReLU(),
                nn.Conv2d(384, 256, 3, padding=1, groups=2),
                nn.ReLU(),
                nn.MaxPool2d(3, 2),
            ),
            "classifier": nn.Sequential(
                nn.Linear(features, 4096),
                nn.ReLU(),
                nn.Dropout(),
                nn.Linear(4096, 4096),
                nn.ReLU(),
                nn.Dropout(),
                nn.Linear(4096, classes),
            ),
        }
    )


def run(side, features):
    """Of two images of side × side pixels; `features` is what is left of them before the linear layers."""
    model = network(10, features).double().eval()
    with torch.no_grad():
        for number, p in enumerate(model.state_dict().values()):
            bound = 0.05 if p.dim() == 1 else math.sqrt(6 / p[0].numel())
            # float32 as the weights are in a file.
            p.copy_(torch.from_numpy((hashed(2012, number, p.numel()) * bound).astype(np.float32)).view(p.shape))
    # Large enough that normalisation does something: sums of squares of the first layer reach thousands.
    x = torch.from_numpy((hashed(2013, 0, 2 * 3 * side * side) * 40).astype(np.float32)).double().view(2, 3, side, side)
    stages = {}
    h = x
    for index, layer in enumerate(model["features"]):
        h = layer(h)
        stages[f"features.{index}"] = sample(h)
    logits = model["classifier"](h.flatten(1))
    loss = nn.functional.cross_entropy(logits, torch.tensor([3, 8]))
    loss.backward()
    gradients = {name: sample(p.grad) for name, p in model.named_parameters()}
    return {"stages": stages, "logits": logits.detach().tolist(), "loss": loss.item(), "gradients": gradients}


with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "alexnet-2012.json"), "w") as file:
    json.dump({"227": run(227, 9216), "67": run(67, 256)}, file, indent=1)
    file.write("\n")
